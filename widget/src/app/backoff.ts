const FIRST = 1000;
const LONGEST = 30_000;

/** Waiting times that double, with jitter so that visitors do not return all at once after an outage. */
export function backOff(attempt: number, random: () => number = Math.random): number {
  const most = Math.min(LONGEST, FIRST * 2 ** attempt);
  return Math.round(most / 2 + (random() * most) / 2);
}
