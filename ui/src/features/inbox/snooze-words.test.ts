import { parseZonedDateTime } from '@internationalized/date'
import { describe, expect, it } from 'vitest'
import { parseSnooze } from './snooze-words'

// A Saturday.
const now = parseZonedDateTime('2026-11-21T10:20:00[Europe/Budapest]')
const say = (words: string) => parseSnooze(words, now)?.toString().slice(0, 16) ?? null

describe('a time said in words', () => {
  it.each([
    ['péntek 14 óra', '2026-11-27T14:00'], ['pénteken 14:30-kor', '2026-11-27T14:30'], ['hétfő', '2026-11-23T09:00'], ['jövő hétfő 8:15', '2026-11-23T08:15'],
    ['holnap', '2026-11-22T09:00'], ['holnap délután', '2026-11-22T14:00'], ['holnapután 7 órakor', '2026-11-23T07:00'], ['ma 18 óra', '2026-11-21T18:00'],
    ['este 8', '2026-11-21T20:00'], ['3 nap múlva', '2026-11-24T09:00'], ['egy hét múlva', '2026-11-28T09:00'], ['2 óra múlva', '2026-11-21T12:20'],
    ['fél óra múlva', '2026-11-21T10:50'], ['december 24', '2026-12-24T09:00'], ['12. 24. 9:00', '2026-12-24T09:00'], ['2027. 01. 05. 10:30', '2027-01-05T10:30'], ['szombat', '2026-11-28T09:00'],
  ])('%s', (words, expected) => expect(say(words)).toBe(expected))

  it.each([
    ['friday 2pm', '2026-11-27T14:00'], ['next monday', '2026-11-23T09:00'], ['on Tuesday at 10:30', '2026-11-24T10:30'], ['tomorrow', '2026-11-22T09:00'],
    ['tomorrow 8am', '2026-11-22T08:00'], ['in 3 days', '2026-11-24T09:00'], ['in an hour', '2026-11-21T11:20'], ['in 45 minutes', '2026-11-21T11:05'],
    ['day after tomorrow', '2026-11-23T09:00'], ['24 Dec 9:00', '2026-12-24T09:00'], ['2026-12-01', '2026-12-01T09:00'], ['6pm', '2026-11-21T18:00'], ['next week', '2026-11-23T09:00'],
  ])('%s', (words, expected) => expect(say(words)).toBe(expected))

  it('a time that has passed today means tomorrow', () => expect(say('9:00')).toBe('2026-11-22T09:00'))
  it('a date without a year that has passed means next year', () => expect(say('március 1')).toBe('2027-03-01T09:00'))
  it.each(['', 'majd egyszer', 'yesterday', 'ma 8 óra', 'friday 26:00', '2020-01-01', 'whenever 5'])('“%s” is not guessed at', (words) => expect(say(words)).toBeNull())
})
