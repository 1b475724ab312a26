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
  /** What the form does not show: what lies within lists and objects. */
  rest: Schema
}

let next = 1
export const emptyRow = (): Row => ({
  key: next++, name: '', type: 'text', required: false, nullable: false, description: '', values: '', pattern: '', minimum: '', maximum: '', rest: {},
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

function rowOf(name: string, schema: Schema, required: boolean): Row {
  const { type, format: _, description = '', enum: values = [], pattern = '', minimum, maximum, ...rest } = schema
  const shown = formType(schema)
  return {
    ...emptyRow(), name, required, description, pattern,
    type: shown,
    nullable: Array.isArray(type) && type.includes('null'),
    values: values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join('\n'),
    minimum: minimum?.toString() ?? '',
    maximum: maximum?.toString() ?? '',
    rest: shown === 'other' ? { ...rest, type } : rest,
  }
}

export const lines = (text: string) => text.split('\n').map((line) => line.trim()).filter(Boolean)

function valuesOf(row: Row): Json[] {
  if (row.type === 'text') return lines(row.values)
  return lines(row.values).map((line) => {
    try {
      return JSON.parse(line) as Json
    } catch {
      return line
    }
  })
}

const numberOf = (text: string) => {
  const number = Number(text.trim().replace(',', '.'))
  return text.trim() && Number.isFinite(number) ? number : undefined
}

function schemaOfRow(row: Row): Schema {
  const { rest, type } = row
  const name = type === 'date_time' ? 'string' : type === 'any' || type === 'other' ? undefined : NAMES[type]
  const values = valuesOf(row)
  const isNumber = type === 'number' || type === 'whole'
  const [minimum, maximum] = isNumber ? [numberOf(row.minimum), numberOf(row.maximum)] : []
  const { items, properties, required, additionalProperties } = rest
  return {
    ...(type === 'other' && rest),
    ...(name && { type: row.nullable ? [name, 'null'] : name }),
    ...(type === 'date_time' && { format: 'date-time' }),
    ...(row.description.trim() && { description: row.description.trim() }),
    ...(values.length > 0 && ['any', 'other', 'text', 'number', 'whole'].includes(type) && { enum: row.nullable ? [...values, ...(values.includes(null) ? [] : [null])] : values }),
    ...(type === 'text' && row.pattern.trim() && { pattern: row.pattern.trim() }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(type === 'list' && items && { items }),
    ...(type === 'object' && { ...(properties && { properties }), ...(required && { required }), ...(additionalProperties !== undefined && { additionalProperties }) }),
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
