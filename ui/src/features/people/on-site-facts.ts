import type { Json, TimelineItem } from '../../api/types'

/** The names under which sites tell of choosing and buying (Segment's e-commerce events). */
export const SHOP_FACTS = ['event:Product Added', 'event:Product Removed', 'event:Cart Viewed', 'event:Order Completed'] as const

export interface Seen { id: string; at: string; title: string; url: string | null }
export interface Line { name: string; quantity: number; price: number | null }
export interface Cart { lines: Line[]; total: number | null; currency: string | null }
export interface Order { id: string; at: string; number: string; total: number | null; currency: string | null }

type Fields = Record<string, Json>

const fields = (value: Json | undefined): Fields => (value && typeof value === 'object' && !Array.isArray(value) ? value : {})
const text = (value: Json | undefined) => (typeof value === 'string' && value.trim() ? value.trim() : typeof value === 'number' ? String(value) : null)
const number = (value: Json | undefined) => (typeof value === 'number' && Number.isFinite(value) ? value : typeof value === 'string' && value.trim() && Number.isFinite(Number(value)) ? Number(value) : null)
/** What strangers sent is a link only when it is one of the web. */
const web = (value: Json | undefined) => (/^https?:\/\//i.test(text(value) ?? '') ? text(value) : null)
const properties = (item: TimelineItem) => fields(item.payload.properties)

const LATELY_MS = 30 * 60_000
/** A browser's clock may be so far ahead. */
const AHEAD_MS = 60_000

/** Pages of the last half hour, newest first, each once in a row. */
export function pagesOf(items: TimelineItem[], now: number): Seen[] {
  const pages = items
    .filter((item) => item.name === 'page.viewed' && now - Date.parse(item.at) < LATELY_MS && Date.parse(item.at) - now < AHEAD_MS)
    .map((item) => {
      const { title, url, path } = properties(item)
      return { id: item.cursor, at: item.at, title: text(title) ?? text(item.payload.name) ?? text(path) ?? text(url) ?? '', url: web(url) }
    })
    .filter(({ title }) => title)
  const place = (page: Seen | undefined) => page && (page.url ?? page.title)
  return pages.filter((page, at) => place(page) !== place(pages[at - 1])).slice(0, 5)
}

/** What lies in the basket after everything that was told of it. */
export function cartOf(items: TimelineItem[]): Cart | null {
  const lines = new Map<string, Line>()
  let currency: string | null = null
  const put = (product: Fields, by: number | null) => {
    const key = text(product.product_id) ?? text(product.sku) ?? text(product.name)
    if (!key) return
    const known = lines.get(key)
    const quantity = by === null ? number(product.quantity) ?? 1 : (known?.quantity ?? 0) + by * (number(product.quantity) ?? 1)
    if (quantity > 0) lines.set(key, { name: text(product.name) ?? key, quantity, price: number(product.price) ?? known?.price ?? null })
    else lines.delete(key)
  }
  for (const item of [...items].reverse()) {
    const told = properties(item)
    currency = text(told.currency) ?? currency
    if (item.name === 'event:Product Added') put(told, 1)
    if (item.name === 'event:Product Removed') put(told, -1)
    if (item.name === 'event:Order Completed') lines.clear()
    if (item.name === 'event:Cart Viewed' && Array.isArray(told.products)) {
      lines.clear()
      for (const product of told.products) put(fields(product), null)
    }
  }
  if (!lines.size) return null
  const all = [...lines.values()]
  const total = all.every(({ price }) => price !== null) ? all.reduce((sum, { price, quantity }) => sum + price! * quantity, 0) : null
  return { lines: all, total, currency }
}

export function ordersOf(items: TimelineItem[]): Order[] {
  return items.filter((item) => item.name === 'event:Order Completed').slice(0, 3).map((item) => {
    const { order_id, total, revenue, currency } = properties(item)
    return { id: item.cursor, at: item.at, number: text(order_id) ?? '', total: number(total) ?? number(revenue), currency: text(currency) }
  })
}
