let audio: AudioContext | undefined;

/** Two short, quiet notes, made on the spot: no file to load, nothing the content policy must allow. */
export function chime(): void {
  try {
    audio ??= new AudioContext();
    note(audio, 660, 0);
    note(audio, 880, 0.12);
  } catch {
    // No sound device: the message is on the screen anyway.
  }
}

function note(context: AudioContext, frequency: number, after: number): void {
  const at = context.currentTime + after;
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0.08, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.25);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.25);
}
