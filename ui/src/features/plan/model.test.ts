import { expect, test } from 'vitest'
import type { Schema } from '../../api/types'
import { emptyRow, formType, notANumber, rowsOf, schemaOf, twice } from './model'

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
    any_of: { enum: ['5', 5, null, { a: 1 }], pattern: '^x', minimum: 3 },
    state: { type: ['string', 'null'], enum: ['open', 'closed', null] },
    odd: { type: 'string', enum: [' a', 'b\nc', ''], minimum: 3, required: ['x'] },
    rare: { type: 'number', enum: [1, 'x'], pattern: '^x' },
    due: { type: ['string', 'null'], format: 'date-time', enum: ['2026-11-22T17:00:00Z', null], pattern: '^2026' },
    yes: { type: 'boolean', enum: [true] },
    list: { type: 'array', enum: [[1], [2]], items: { type: 'number' } },
    address: { type: 'object', additionalProperties: false, properties: { city: { type: 'string' } } },
  },
}

test('a schema comes out of the form as it went in, also what the form does not show', () => {
  expect(schemaOf(rowsOf(order), true)).toEqual(order)
})

test('null is not one of the values that the form shows', () => {
  const [row] = rowsOf({ properties: { state: { type: ['string', 'null'], enum: ['open', null] } } })
  expect([row?.values, row?.nullable]).toEqual(['open', true])
  expect(schemaOf([{ ...row!, nullable: false }], false).properties).toEqual({ state: { type: 'string', enum: ['open'] } })
})

test('another type takes nothing along of what was said before', () => {
  const [row] = rowsOf({ properties: { list: { type: 'array', items: { type: 'number' } } } })
  expect(schemaOf([{ ...row!, type: 'text' }], false).properties).toEqual({ list: { type: 'string' } })
})

test('a number that is none is named', () => {
  const row = { ...emptyRow(), name: 'total', type: 'number' as const }
  const named = [{ minimum: '0,5', values: '1\n2' }, { minimum: 'five' }, { maximum: 'Infinity' }, { values: '1\nx' }, { pattern: 'x' }]
  expect(named.map((more) => notANumber([emptyRow(), { ...row, ...more }]))).toEqual([null, 'total', 'total', 'total', null])
})

test('what is required without more words has a row', () => {
  expect(rowsOf({ required: ['total'] }).map(({ name, type, required }) => [name, type, required])).toEqual([['total', 'any', true]])
})

test('only what fits the type is said of a property', () => {
  const row = { ...emptyRow(), name: ' total ', type: 'number' as const, pattern: 'x', minimum: '0,5' }
  expect(schemaOf([row, emptyRow()], false)).toEqual({ type: 'object', properties: { total: { type: 'number', minimum: 0.5 } } })
})

test('types the form has no word for are left alone, and a name that stands twice is noticed', () => {
  expect([formType({ type: 'null' }), formType({ type: ['string', 'number'] }), formType({})]).toEqual(['other', 'other', 'any'])
  const rows = ['a', 'b', 'a '].map((name) => ({ ...emptyRow(), name }))
  expect([twice(rows), twice(rows.slice(0, 2))]).toEqual(['a', null])
})
