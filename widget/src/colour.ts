/** One brand colour, made safe: every pair drawn with it keeps 4.5:1 in both themes. */

export type Rgb = readonly [number, number, number];

export interface Brand {
  /** Carries white text. */
  light: string;
  /** Carries ink. */
  dark: string;
}

export const EOSIN: Brand = { light: '#0b6a5d', dark: '#4fc3ad' };

export const WHITE: Rgb = [255, 255, 255];
export const INK: Rgb = [5, 34, 28];
const BLACK: Rgb = [0, 0, 0];
const CONTRAST = 4.5;
const CONTRAST_IN_DARK = 6;

export function brandFrom(colour: string | null | undefined): Brand {
  const base = parseHex(colour);
  if (!base || hex(base) === EOSIN.light) return EOSIN;
  return {
    light: hex(until(CONTRAST, WHITE, (share) => mix(base, BLACK, share))),
    dark: hex(until(CONTRAST_IN_DARK, INK, (share) => brighten(base, share))),
  };
}

export function parseHex(colour: string | null | undefined): Rgb | null {
  const found = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(colour ?? '');
  if (!found) return null;
  const digits = found[1]!.length === 3 ? found[1]!.replace(/./g, '$&$&') : found[1]!;
  const value = parseInt(digits, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** The nearest shade that contrasts enough. */
function until(wanted: number, against: Rgb, shade: (share: number) => Rgb): Rgb {
  let share = 0;
  while (contrast(shade(share), against) < wanted && share < 1) share += 0.04;
  return shade(share);
}

/** Lighter without going grey at once: first stronger, then paler. */
function brighten([r, g, b]: Rgb, share: number): Rgb {
  const stronger = (part: number) => Math.min(255, part * (1 + 2 * share));
  return mix([stronger(r), stronger(g), stronger(b)], WHITE, share * 0.7);
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  const part = (i: 0 | 1 | 2) => Math.round(a[i] + (b[i] - a[i]) * Math.min(share, 1));
  return [part(0), part(1), part(2)];
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function hex(colour: Rgb): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
