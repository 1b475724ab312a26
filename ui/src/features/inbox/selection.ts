/** Rows marked for one act. `matching` also takes in what is not loaded. */
export interface Selection { marked: ReadonlySet<string>; anchor: string | null; matching: boolean }

export const NOTHING: Selection = { marked: new Set(), anchor: null, matching: false }

export function toggle(selection: Selection, id: string): Selection {
  const marked = new Set(selection.marked)
  if (!marked.delete(id)) marked.add(id)
  return { marked, anchor: id, matching: false }
}

/** Marks everything from where marking began to here. */
export function extend(selection: Selection, order: string[], to: string): Selection {
  const from = order.indexOf(selection.anchor ?? to)
  const end = order.indexOf(to)
  if (end < 0) return selection
  const start = from < 0 ? end : from
  const range = order.slice(Math.min(start, end), Math.max(start, end) + 1)
  return { marked: new Set([...selection.marked, ...range]), anchor: selection.anchor ?? to, matching: false }
}

export function markAll(order: string[]): Selection {
  return { marked: new Set(order), anchor: order[0] ?? null, matching: false }
}

/** What has left the list is no longer marked. */
export function within(selection: Selection, order: string[]): Selection {
  const present = new Set(order)
  const marked = new Set([...selection.marked].filter((id) => present.has(id)))
  return marked.size === selection.marked.size ? selection : { ...selection, marked, matching: false }
}
