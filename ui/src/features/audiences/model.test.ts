import { expect, test } from 'vitest'
import type { Condition, Test } from './condition'
import { addPart, changePart, emptyParts, emptyRoot, emptyWhere, fromCondition, toCondition, type AttributePart, type EventPart } from './model'
import { print } from './print'
import { emptyTest } from './value-test'

const attribute = (name: string, of: Test): Condition => ({ attribute: { name, test: of } })
const TESTS: Test[] = [
  { is: 'HU' }, { is: 5 }, { is: true }, { is: false }, { is_not: ' 5' }, { is_not: 0.5 }, { is_not: true }, { is_not: false },
  { one_of: ['a', 'b, c'] }, { one_of: [1, 2.25] }, { contains: 'ov' }, { starts_with: '+36' }, 'exists', 'absent',
  { less_than: 18 }, { at_most: -1 }, { more_than: 1000 }, { at_least: 99999999.999999 }, { between: { from: 18, to: 30 } },
  { before: '2026-11-22' }, { after: '2026-11-22' }, { within_last: { count: 30, unit: 'day' } }, { within_next: { count: 1, unit: 'hour' } },
  { anniversary: { within_days: 0 } }, { anniversary: { within_days: 7 } },
]
const SUM: Condition = { measure: { figure: 'sum', property: 'total', of: { name: 'event:Order Completed' }, window: { last: { count: 30, unit: 'day' } }, test: { at_least: 1000 } } }
const ORDER: Condition = {
  sequence: {
    steps: [{ kind: 'did', of: { name: 'event:Checkout Started' } }, { kind: 'did_not', of: { name: 'event:Order Completed' }, within: { count: 1, unit: 'hour' } }],
    window: { last: { count: 1, unit: 'day' } },
  },
}
const DID: Condition = {
  count: {
    of: { name: 'event:Order Completed', where: [{ property: 'total', test: { more_than: 1000 } }, { property: 'products.sku', test: { is: 'K-2' } }] },
    window: { last: { count: 30, unit: 'day' } }, times: { at_least: 3 },
  },
}

const returned = (condition: Condition) => toCondition(fromCondition(condition)).condition

test.each(TESTS.map((one) => [print(attribute('x', one), () => null), one] as const))('the test “%s” comes back from the builder unchanged', (_, one) => {
  expect(returned({ all: [attribute('x', one)] })).toEqual({ all: [attribute('x', one)] })
})

test('groups within groups, events with windows, and memberships come back unchanged', () => {
  const count = (window: object | 'ever', times: object) => ({ count: { of: { name: 'page.viewed' }, window, times } }) as Condition
  const condition: Condition = {
    all: [
      DID, { any: [attribute('country', { is: 'HU' }), { none: [{ member: { audience: 'a-1' } }, { all: [] }] }] },
      count('ever', { at_least: 1 }), count({ calendar: 'last_month' }, { at_most: 0 }), count({ between: { from: '2026-01-01' } }, { exactly: 0 }),
      count({ between: { from: '2026-01-01', before: '2026-02-01' } }, { at_most: 4 }),
    ],
  }
  expect(returned(condition)).toEqual(condition)
})

test('a condition that is no group stays none, until a second part joins it', () => {
  expect(returned(DID)).toEqual(DID)
  const root = fromCondition(DID)
  expect(toCondition(addPart(root, root.id, fromCondition(SUM).parts[0]!)).condition).toEqual({ all: [DID, SUM] })
})

test('what the builder cannot show is kept as it is', () => {
  const strange: Condition[] = [
    SUM, ORDER, attribute('at', { after: '2026-11-22T10:00:00Z' }), attribute('mixed', { one_of: ['a', 1] }), attribute('empty', { is: '' }), attribute('no_choice', { one_of: [] }),
    { count: { of: { name: 'page.viewed' }, window: { between: {} }, times: { at_least: 1 } } }, { tomorrow: 1 } as never,
  ]
  const root = fromCondition({ any: strange })
  expect(root.parts.map(({ kind }) => kind)).toEqual(strange.map(() => 'kept'))
  expect(toCondition(root).condition).toEqual({ any: strange })
})

test('an unfinished part is named with what it lacks, and nothing is sent', () => {
  const [nameless, event, member] = [emptyParts.attribute(), emptyParts.event(), emptyParts.member()]
  const wordy: AttributePart = { ...emptyParts.attribute(), name: 'age', test: { ...emptyTest('more_than'), value: 'many' } }
  const backwards: AttributePart = { ...emptyParts.attribute(), name: 'age', test: { ...emptyTest('between'), value: '30', to: '18' } }
  const never: EventPart = { ...event, id: 'never', name: 'page.viewed', window: { ...event.window, kind: 'last', count: '0' }, where: [emptyWhere()] }
  const root = [nameless, event, member, wordy, backwards, never].reduce((tree, part) => addPart(tree, tree.id, part), emptyRoot())
  expect(toCondition(root)).toEqual({
    condition: null,
    gaps: [
      { id: nameless.id, field: 'name', problem: 'required' }, { id: nameless.id, field: 'value', problem: 'required' }, { id: event.id, field: 'name', problem: 'required' },
      { id: member.id, field: 'audience', problem: 'required' }, { id: wordy.id, field: 'value', problem: 'number' },
      { id: backwards.id, field: 'to', problem: 'backwards' }, { id: 'never', field: 'window', problem: 'whole' },
      { id: never.where[0]!.id, field: 'name', problem: 'required' }, { id: never.where[0]!.id, field: 'value', problem: 'required' },
    ],
  })
})

test('numbers are read as people write them', () => {
  const typed = (value: string) => {
    const root = emptyRoot()
    return toCondition(addPart(root, root.id, { ...emptyParts.attribute(), name: 'x', test: { ...emptyTest('at_least'), value } })).condition
  }
  expect(typed('12 345,6')).toEqual({ all: [attribute('x', { at_least: 12345.6 })] })
  expect(typed('−3.5')).toEqual({ all: [attribute('x', { at_least: -3.5 })] })
})

test('a part is changed or taken away wherever it is, and the rest stays the same', () => {
  const root = fromCondition({ all: [DID, { any: [attribute('a', 'exists'), SUM] }] })
  const inner = root.parts[1]!
  if (inner.kind !== 'group') throw new Error('the second part is a group')
  const without = changePart(root, inner.parts[0]!.id, () => null)
  expect(toCondition(without).condition).toEqual({ all: [DID, { any: [SUM] }] })
  expect(without.parts[0]).toBe(root.parts[0])
  expect(toCondition(changePart(root, inner.id, (group) => ({ ...group, how: 'none' }) as never)).condition).toEqual({ all: [DID, { none: [attribute('a', 'exists'), SUM] }] })
})

test('the text is that of the language', () => {
  const names = (id: string) => (id === 'a-1' ? 'VIP "gold"' : null)
  const text = print({ all: [DID, SUM, ORDER, { none: [{ member: { audience: 'a-1' } }, { member: { audience: 'a-2' } }] }, attribute('all', { is: 'a\\b\n' }), attribute('Első név', 'absent')] }, names)
  expect(text).toBe('all of (did "Order Completed" at least 3 times in the last 30 days where total > 1000 and products.sku is "K-2", '
    + 'sum of total over ("Order Completed" in the last 30 days) >= 1000, '
    + 'in order (did "Checkout Started", did not "Order Completed" within 1 hour) in the last 1 day, '
    + 'none of (in audience "VIP \\"gold\\"", in audience id "a-2"), "all" is "a\\\\b\\n", "Első név" is absent)')
})
