/** One brand colour, made safe: every pair drawn with it keeps 4.5:1 in both themes. */

export type Rgb = readonly [number, number, number];

export interface Brand {
  light: string;
  onLight: string;
  dark: string;
  onDark: string;
}

export const EOSIN: Brand = { light: '#0b6a5d', onLight: '#ffffff', dark: '#4fc3ad', onDark: '#05221c' };

const WHITE: Rgb = [255, 255, 255];
const INK: Rgb = [5, 34, 28];
const CONTRAST = 4.5;

export function brandFrom(colour: string | null | undefined): Brand {
  const base = parseHex(colour);
  if (!base) return EOSIN;
  return {
    light: hex(towards(base, [0, 0, 0], WHITE)),
    onLight: EOSIN.onLight,
    dark: hex(towards(base, WHITE, INK)),
    onDark: EOSIN.onDark,
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

function towards(from: Rgb, end: Rgb, against: Rgb): Rgb {
  let share = 0;
  let mixed = from;
  while (contrast(mixed, against) < CONTRAST && share < 1) {
    share += 0.04;
    mixed = mix(from, end, share);
  }
  return mixed;
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
