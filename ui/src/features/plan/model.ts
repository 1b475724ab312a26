import type { Json, Schema } from '../../api/types'

/** The types the form offers; `other`: a schema that the form leaves as it is. */
export const TYPES = ['any', 'text', 'number', 'whole', 'yes_no', 'date_time', 'list', 'object'] as const
export type FormType = (typeof TYPES)[number] | 'other'

const NAMES = { text: 'string', number: 'number', whole: 'integer', yes_no: 'boolean', list: 'array', object: 'object' } as const

/** A property as the form shows it. */
export interface Row {
  key: number
  name: string
  type: FormType
  required: boolean
  nullable: boolean
  description: string
  /** One value a line. */
  values: string
  pattern: string
  minimum: string
  maximum: string
  /** The type as it was read, and what was said then that the form does not show. */
  was: FormType
  rest: Schema
}

let next = 1
export const emptyRow = (): Row => ({
  key: next++, name: '', type: 'text', required: false, nullable: false, description: '', values: '', pattern: '', minimum: '', maximum: '', was: 'text', rest: {},
})

export function formType(schema: Schema): FormType {
  const types = [schema.type ?? []].flat().filter((one) => one !== 'null')
  if (types.length === 0) return schema.type === undefined || schema.type.length === 0 ? 'any' : 'other'
  if (types.length > 1) return 'other'
  if (types[0] === 'string' && schema.format === 'date-time') return 'date_time'
  const found = Object.entries(NAMES).find(([, name]) => name === types[0])
  return found ? (found[0] as FormType) : 'other'
}

export function rowsOf(schema: Schema): Row[] {
  const required = new Set(schema.required)
  const all = Object.entries(schema.properties ?? {}).map(([name, one]) => rowOf(name, one, required.has(name)))
  // Required, and nothing more is said of it.
  const bare = [...required].filter((name) => !schema.properties?.[name]).map((name) => rowOf(name, {}, true))
  return [...all, ...bare]
}

const isNumeric = (type: FormType) => type === 'number' || type === 'whole'

/** Whether the values can be written one a line and read again. */
function canBeLines(type: FormType, values: Json[]) {
  if (isNumeric(type)) return values.every((value) => typeof value === 'number')
  return type === 'text' && values.every((value) => typeof value === 'string' && lines(value)[0] === value)
}

function rowOf(name: string, schema: Schema, required: boolean): Row {
  const shown = formType(schema)
  const { description = '', ...rest } = schema
  const row = { ...emptyRow(), name, required, description, type: shown, was: shown, rest }
  if (shown === 'any' || shown === 'other') return row
  const { type, enum: all = [], ...more } = rest
  const values = all.filter((value) => value !== null)
  // Null is a type and not a value to choose; without both it is not allowed.
  row.nullable = Array.isArray(type) && type.includes('null') && (all.length === 0 || values.length < all.length)
  row.rest = more
  if (shown === 'date_time') delete row.rest.format
  if (canBeLines(shown, values)) row.values = values.join('\n')
  else if (all.length > 0) row.rest.enum = all
  if (shown === 'text') {
    row.pattern = more.pattern ?? ''
    delete row.rest.pattern
  }
  if (isNumeric(shown)) {
    row.minimum = more.minimum?.toString() ?? ''
    row.maximum = more.maximum?.toString() ?? ''
    delete row.rest.minimum
    delete row.rest.maximum
  }
  return row
}

export const lines = (text: string) => text.split('\n').map((line) => line.trim()).filter(Boolean)

const numberOf = (text: string) => {
  const number = Number(text.trim().replace(',', '.'))
  return text.trim() && Number.isFinite(number) ? number : undefined
}

/** The first name of which a number is said that is none; null when all are. */
export function notANumber(rows: Row[]): string | null {
  const isWrong = (text: string) => text.trim() !== '' && numberOf(text) === undefined
  const found = rows.find((row) => isNumeric(row.type) && [row.minimum, row.maximum, ...lines(row.values)].some(isWrong))
  return found ? found.name.trim() : null
}

function valuesOf(row: Row): Json[] {
  if (row.type === 'text') return lines(row.values)
  return isNumeric(row.type) ? lines(row.values).map(numberOf).filter((value) => value !== undefined) : []
}

function schemaOfRow(row: Row): Schema {
  const { type } = row
  // What was said of a text is not said of a number.
  const rest = type === row.was ? row.rest : {}
  const name = type === 'date_time' ? 'string' : type === 'any' || type === 'other' ? undefined : NAMES[type]
  const values = valuesOf(row)
  const [minimum, maximum] = isNumeric(type) ? [numberOf(row.minimum), numberOf(row.maximum)] : []
  return {
    ...rest,
    ...(name && { type: row.nullable ? [name, 'null'] : name }),
    ...(type === 'date_time' && { format: 'date-time' }),
    ...(row.description.trim() && { description: row.description.trim() }),
    ...(values.length > 0 && { enum: row.nullable ? [...values, null] : values }),
    ...(type === 'text' && row.pattern.trim() && { pattern: row.pattern.trim() }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
  }
}

/** The schema that the rows mean. */
export function schemaOf(rows: Row[], closed: boolean): Schema {
  const named = rows.filter((row) => row.name.trim())
  const required = named.filter((row) => row.required).map((row) => row.name.trim())
  return {
    type: 'object',
    ...(named.length > 0 && { properties: Object.fromEntries(named.map((row) => [row.name.trim(), schemaOfRow(row)])) }),
    ...(required.length > 0 && { required }),
    ...(closed && { additionalProperties: false }),
  }
}

/** The first name that stands twice; null when none does. */
export function twice(rows: Row[]): string | null {
  const names = rows.map((row) => row.name.trim()).filter(Boolean)
  return names.find((name, at) => names.indexOf(name) !== at) ?? null
}
