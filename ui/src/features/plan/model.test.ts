import { expect, test } from 'vitest'
import type { Schema } from '../../api/types'
import { emptyRow, formType, rowsOf, schemaOf, twice } from './model'

const order: Schema = {
  type: 'object', required: ['order_id', 'total'], additionalProperties: false,
  properties: {
    order_id: { type: 'string', pattern: '^K-', description: 'As on the invoice' },
    total: { type: ['number', 'null'], minimum: 0, maximum: 99.5 },
    count: { type: 'integer', enum: [1, 2] },
    currency: { type: 'string', enum: ['HUF', '5'] },
    at: { type: 'string', format: 'date-time' },
    gift: { type: 'boolean' },
    anything: {},
    mixed: { type: ['string', 'number'], enum: ['a', 1] },
    products: { type: 'array', items: { type: 'object', required: ['sku'], properties: { sku: { type: 'string' } } } },
    address: { type: 'object', additionalProperties: false, properties: { city: { type: 'string' } } },
  },
}

test('a schema comes out of the form as it went in, also what the form does not show', () => {
  expect(schemaOf(rowsOf(order), true)).toEqual(order)
})

test('what is required without more words has a row', () => {
  expect(rowsOf({ required: ['total'] }).map(({ name, type, required }) => [name, type, required])).toEqual([['total', 'any', true]])
})

test('only what fits the type is said of a property', () => {
  const row = { ...emptyRow(), name: ' total ', type: 'number' as const, pattern: 'x', minimum: '0,5', maximum: 'many' }
  expect(schemaOf([row, emptyRow()], false)).toEqual({ type: 'object', properties: { total: { type: 'number', minimum: 0.5 } } })
})

test('types the form has no word for are left alone, and a name that stands twice is noticed', () => {
  expect([formType({ type: 'null' }), formType({ type: ['string', 'number'] }), formType({})]).toEqual(['other', 'other', 'any'])
  const rows = ['a', 'b', 'a '].map((name) => ({ ...emptyRow(), name }))
  expect([twice(rows), twice(rows.slice(0, 2))]).toEqual(['a', null])
})
