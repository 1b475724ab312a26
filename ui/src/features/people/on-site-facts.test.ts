import { expect, test } from 'vitest'
import type { Json, TimelineItem } from '../../api/types'
import { cartOf, ordersOf, pagesOf } from './on-site-facts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const minutes = (ago: number) => new Date(NOW - ago * 60_000).toISOString()
const fact = (name: string, ago: number, properties: Record<string, Json>): TimelineItem =>
  ({ cursor: `${name}${ago}`, name, at: minutes(ago), actor: { kind: 'key', id: '', name: '' }, conversation: null, payload: { properties } })

test('pages are those of the last half hour, newest first, and only addresses of the web are links', () => {
  const pages = pagesOf([
    fact('page.viewed', 1, { title: 'Cart', url: 'https://shop.example/cart' }), fact('page.viewed', 2, { title: 'Cart', url: 'https://shop.example/cart' }),
    fact('page.viewed', 3, { title: 'Odd', url: 'javascript:alert(1)' }), fact('page.viewed', 31, { title: 'Long ago', url: 'https://shop.example/' }),
  ], NOW)
  expect(pages.map(({ title, url }) => [title, url])).toEqual([['Cart', 'https://shop.example/cart'], ['Odd', null]])
})

test('the basket follows what was put in and taken out, and is empty after the order', () => {
  const added = (ago: number, name: string, quantity: number) => fact('event:Product Added', ago, { name, price: 1000, quantity, currency: 'HUF' })
  const told = [fact('event:Product Removed', 1, { name: 'Mug', quantity: 1 }), added(2, 'Plate', 1), added(3, 'Mug', 2), fact('event:Order Completed', 4, { order_id: 'A-1', total: 5000, currency: 'HUF' }), added(5, 'Old', 1)]
  expect(cartOf(told)).toEqual({ lines: [{ name: 'Mug', quantity: 1, price: 1000 }, { name: 'Plate', quantity: 1, price: 1000 }], total: 2000, currency: 'HUF' })
  expect(cartOf([fact('event:Order Completed', 0, { order_id: 'A-2' }), ...told])).toBeNull()
})

test('a basket that was shown whole is what was shown', () => {
  const shown = fact('event:Cart Viewed', 1, { products: [{ product_id: 'p1', name: 'Lamp', price: '19.5', quantity: 2 }], currency: 'EUR' })
  expect(cartOf([shown, fact('event:Product Added', 2, { name: 'Mug' })])).toEqual({ lines: [{ name: 'Lamp', quantity: 2, price: 19.5 }], total: 39, currency: 'EUR' })
})

test('nonsense from outside breaks nothing', () => {
  const odd = [fact('event:Product Added', 1, { name: { a: 1 }, quantity: 'many' }), fact('event:Cart Viewed', 2, { products: [null, 3, 'x', {}] }), fact('event:Order Completed', 3, { total: 'free' })]
  expect(cartOf(odd)).toBeNull()
  expect(ordersOf(odd)).toEqual([{ id: 'event:Order Completed3', at: minutes(3), number: '', total: null, currency: null }])
})
