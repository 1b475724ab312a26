import type { Import, ImportColumn, ImportCounts, ImportTarget } from '../../api/types'

const PEOPLE: ImportTarget[] = ['user_id', 'email', 'phone', 'name', 'last_name', 'first_name', 'locale', 'created_at', 'trait', 'ignore']
const FACTS: ImportTarget[] = ['user_id', 'email', 'phone', 'event', 'time', 'message_id', 'property', 'ignore']
export const targetsOf = (kind: Import['kind']) => (kind === 'people' ? PEOPLE : FACTS)

/** Several columns may say these; everything else stands once. */
const MANY = new Set<ImportTarget>(['email', 'phone', 'trait', 'property', 'ignore'])

export const isNamed = (column: ImportColumn) => column.as === 'trait' || column.as === 'property'

/** A name that no other column has. */
function freeName(columns: ImportColumn[], as: ImportTarget, wanted: string) {
  const taken = new Set(columns.filter((column) => column.as === as).map((column) => column.name))
  let name = wanted
  for (let number = 2; taken.has(name); number++) name = `${wanted} ${number}`
  return name
}

/** Gives a column another meaning; whichever had it before is left out, when it can stand only once. */
export function assign(columns: ImportColumn[], headers: string[], index: number, as: ImportTarget): ImportColumn[] {
  const others = columns.map((column, at) => (at !== index && column.as === as && !MANY.has(as) ? { as: 'ignore' as const } : column))
  const named = as === 'trait' || as === 'property'
  const before = columns[index]
  const apart = others.filter((_, at) => at !== index)
  const column: ImportColumn = named
    ? { as, name: freeName(apart, as, before?.name || headers[index] || `#${index + 1}`), type: before?.type ?? 'text' }
    : { as }
  return others.map((one, at) => (at === index ? column : one))
}

export const rowsOf = (counts: ImportCounts) => counts.created + counts.changed + counts.unchanged + counts.wrong

/** How many rows the file has: as counted, or by what has been read. */
export function allRows(one: Pick<Import, 'dry_run' | 'counts' | 'progress' | 'state'>) {
  if (one.state === 'done') return rowsOf(one.counts)
  if (one.dry_run?.finished_at) return rowsOf(one.dry_run.counts)
  const done = rowsOf(one.counts)
  return one.progress > 0 && done > 0 ? Math.round(done / one.progress) : null
}

export interface Sample { at: number; rows: number; progress: number }
const WINDOW = 12_000

/** What was seen lately, with one more look. */
export function seenLately(samples: Sample[], next: Sample): Sample[] {
  const last = samples.at(-1)
  // A dry run that begins anew, or another file.
  if (last && next.rows < last.rows) return [next]
  return [...samples.filter((sample) => next.at - sample.at <= WINDOW), next]
}

/** Rows a second and seconds left, once there is something to tell by. */
export function pace(samples: Sample[]): { rate: number; left: number } | null {
  const [first, last] = [samples[0], samples.at(-1)]
  if (!first || !last || last.at - first.at < 1_500 || last.progress <= first.progress) return null
  const seconds = (last.at - first.at) / 1000
  return { rate: (last.rows - first.rows) / seconds, left: ((1 - last.progress) * seconds) / (last.progress - first.progress) }
}
