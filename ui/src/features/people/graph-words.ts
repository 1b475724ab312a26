import type { GraphEdge, PersonGraph } from '../../api/types'

/** The standing ties that hold a home to the rest of the person: without them it is a person of its own. */
export const tiesOf = (graph: PersonGraph, home: string) =>
  graph.edges.filter((edge) => edge.state === 'joins' && (edge.one === home || edge.other === home)).map((edge) => edge.id)

/** What does not hold: refused by a limit, or taken back by a colleague. */
export const looseEnds = (graph: PersonGraph) => graph.edges.filter((edge) => edge.state !== 'joins')

const REASONS = ['identify', 'alias', 'verified_email', 'verified_phone', 'verified_external', 'verified_visitor', 'agent'] as const

/** The message for a reason; one that is new here is shown as it is. */
export function reasonKey(edge: GraphEdge) {
  const known = REASONS.find((reason) => reason === edge.reason)
  return known ? (`tie-${known}` as const) : null
}
