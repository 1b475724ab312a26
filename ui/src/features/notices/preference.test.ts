import { beforeEach, describe, expect, it } from 'vitest'
import { readPreference, writePreference } from './preference'

describe('whether somebody wants to be notified', () => {
  beforeEach(() => localStorage.clear())

  it('not before they say so', () => expect(readPreference('anna')).toEqual({ show: false, sound: false }))

  it('is theirs alone, and each part of it stands for itself', () => {
    writePreference('anna', { show: true })
    writePreference('anna', { sound: true })
    writePreference('anna', { show: false })
    expect(readPreference('anna')).toEqual({ show: false, sound: true })
    expect(readPreference('kata')).toEqual({ show: false, sound: false })
  })

  it('is no when what is stored cannot be read', () => {
    localStorage.setItem('kapocs.notices.anna', '{')
    expect(readPreference('anna')).toEqual({ show: false, sound: false })
  })
})
