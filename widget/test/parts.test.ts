import { expect, test } from 'vitest';
// @ts-expect-error plain script
import { compileCatalogue, differences } from '../build/texts.mjs';
import { brandFrom, contrast, INK, parseHex, WHITE } from '../src/colour';
import { pieces } from '../src/app/links';
import { languageOf } from '../src/app/texts';
import { dayName, fileSize } from '../src/app/time';

test('any brand colour can be read in both themes', () => {
  for (const colour of ['#ffffff', '#000000', '#ffd400', '#ff0000', '#00f', '#8a8a8a', '#0b6a5d', '#f5e6ff']) {
    const { light, dark } = brandFrom(colour);
    expect(contrast(parseHex(light)!, WHITE), `${colour} light`).toBeGreaterThanOrEqual(4.5);
    expect(contrast(parseHex(dark)!, INK), `${colour} dark`).toBeGreaterThanOrEqual(4.5);
  }
});

test('a colour that is none becomes the house colour', () => {
  expect(brandFrom('url(javascript:1)').light).toBe('#0b6a5d');
});

test('web addresses become links, without the full stop after them', () => {
  expect(pieces('Itt: https://example.com/a?b=1. Jó?')).toEqual(['Itt: ', { href: 'https://example.com/a?b=1' }, '. Jó?']);
  expect(pieces('javascript:alert(1)')).toEqual(['javascript:alert(1)']);
});

test('days are named as people name them', () => {
  const now = new Date(2026, 10, 21, 9);
  const day = (d: number) => new Date(2026, 10, d, 23).toISOString();
  expect(dayName(day(21), languageOf('hu'), now)).toBe('Ma');
  expect(dayName(day(20), languageOf('en'), now)).toBe('Yesterday');
  expect(dayName(day(7), languageOf('hu'), now)).toBe('2026. november 7.');
  expect(dayName(day(7), languageOf('en'), now)).toBe('7 November 2026');
});

test('sizes are written in the reader\'s language', () => {
  expect(fileSize(1_250_000, languageOf('hu'))).toBe('1,3 MB');
  expect(fileSize(300, languageOf('en'))).toBe('1 kB');
});

test('a text missing in one language is found', () => {
  const hu = compileCatalogue('a = egy\nb = { $name } itt');
  expect(differences(hu, compileCatalogue('b = { $name } here'), 'en')).toEqual(['en: missing a']);
  expect(differences(hu, compileCatalogue('a = one\nb = here'), 'en')).toEqual(['en: other variables in b']);
});

test('a broken catalogue is refused', () => {
  expect(() => compileCatalogue('a = { $name')).toThrow(/not valid Fluent/);
});
