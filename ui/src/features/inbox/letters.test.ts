import { beforeEach, describe, expect, it } from 'vitest'
import { dropLetter, isTouched, keepLetter, readLetter, type Letter, type LetterPlace } from './letters'

const NEW: LetterPlace = { workspace: 'w1', author: 'anna', about: 'new' }
const BLANK: Letter = { channel: null, to: '', subject: '', text: '', files: [] }
const file = { id: 'f1', name: 'lamp.pdf', media_type: 'application/pdf', size: 10, inline: false, url: '/f1' }
const passedOn: Letter = { ...BLANK, subject: 'Fwd: Lamp', text: '---- Forwarded', files: [file] }

describe('a letter that is not sent yet', () => {
  beforeEach(() => localStorage.clear())

  it('is there again as it was typed', () => {
    const typed = { ...BLANK, to: 'akos@example.org', text: 'Kedves Ákos' }
    keepLetter(NEW, typed, BLANK)
    expect(readLetter(NEW)).toEqual(typed)
  })

  it('belongs to its author, its workspace and the message it passes on', () => {
    keepLetter(NEW, { ...BLANK, text: 'Mine' }, BLANK)
    expect(readLetter({ ...NEW, author: 'kata' })).toBeNull()
    expect(readLetter({ ...NEW, workspace: 'w2' })).toBeNull()
    expect(readLetter({ ...NEW, about: 'm1' })).toBeNull()
  })

  it('is not kept while it is only what it began with', () => {
    keepLetter({ ...NEW, about: 'm1' }, { ...passedOn }, passedOn)
    expect(localStorage).toHaveLength(0)
  })

  it('is forgotten when everything typed was taken out again', () => {
    keepLetter(NEW, { ...BLANK, subject: 'Hm' }, BLANK)
    keepLetter(NEW, { ...BLANK }, BLANK)
    expect(readLetter(NEW)).toBeNull()
  })

  it('is touched when a file was taken out or another channel chosen', () => {
    expect(isTouched({ ...passedOn, files: [] }, passedOn)).toBe(true)
    expect(isTouched({ ...passedOn, channel: 'ch2' }, passedOn)).toBe(true)
  })

  it('is gone once it is sent or thrown away', () => {
    keepLetter(NEW, { ...BLANK, text: 'Sent' }, BLANK)
    dropLetter(NEW)
    expect(readLetter(NEW)).toBeNull()
  })

  it('a damaged one is as good as none', () => {
    localStorage.setItem('kapocs.letter.w1.anna.new', '{"to":1}')
    expect(readLetter(NEW)).toBeNull()
    localStorage.setItem('kapocs.letter.w1.anna.new', '{')
    expect(readLetter(NEW)).toBeNull()
  })
})
