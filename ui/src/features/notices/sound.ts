const NOTES = [[660, 0], [880, 0.12]] as const
const LENGTH = 0.18
const LOUDNESS = 0.12

let context: AudioContext | null = null

/** Two short soft tones. Silent in a page that nobody has touched yet: browsers want it so. */
export async function playSound() {
  context ??= new AudioContext()
  if (context.state === 'suspended') await context.resume()
  for (const [frequency, after] of NOTES) {
    const begin = context.currentTime + after
    const loudness = new GainNode(context, { gain: 0 })
    const tone = new OscillatorNode(context, { frequency })
    loudness.gain.linearRampToValueAtTime(LOUDNESS, begin + 0.02)
    loudness.gain.linearRampToValueAtTime(0, begin + LENGTH)
    tone.connect(loudness).connect(context.destination)
    tone.start(begin)
    tone.stop(begin + LENGTH)
  }
}
