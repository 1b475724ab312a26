import { queryOptions, useQuery } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Page, TimelineItem } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { cartOf, ordersOf, pagesOf, SHOP_FACTS } from './on-site-facts'

const EVERY_MS = 4000

/** Pages apart from the rest: there are so many that a cart would be lost among them. */
const siteQuery = (person: string, part: 'pages' | 'shop') => queryOptions({
  queryKey: ['timeline', person, part],
  queryFn: async ({ signal }) => (await api.get<Page<TimelineItem>>(`people/${person}/timeline`, part === 'pages' ? { name: 'page.viewed', limit: 20 } : { name: SHOP_FACTS.join(','), limit: 200 }, signal)).items,
})

/** What the organisation's own pages tell of somebody: where they are now, what is in the basket, what was ordered. */
export function OnSite({ person, live }: { person: string; live?: boolean }) {
  const { t, format } = useI18n()
  // Pages come by the hundred, so that nobody is told of each: who looks, asks.
  const refetchInterval = live ? EVERY_MS : false as const
  const viewed = useQuery({ ...siteQuery(person, 'pages'), refetchInterval }).data ?? []
  const told = useQuery({ ...siteQuery(person, 'shop'), refetchInterval }).data ?? []
  const [pages, cart, orders] = [pagesOf(viewed, Date.now()), cartOf(told), ordersOf(told)]
  const money = (value: number | null, currency: string | null) => (value === null ? '' : format.money(value, currency))
  return (
    <>
      {pages.length > 0 && (
        <section className="person-part">
          <h3 className="person-part__title">{t('site-pages')}</h3>
          <ul className="site-list">
            {pages.map((page) => (
              <li key={page.id} className="site-line">
                {page.url ? <a className="truncate" href={page.url} target="_blank" rel="noopener noreferrer">{page.title}</a> : <span className="truncate">{page.title}</span>}
                <time className="muted tabular" dateTime={page.at} title={format.full(page.at)}>{format.age(page.at)}</time>
              </li>
            ))}
          </ul>
        </section>
      )}
      {cart && (
        <section className="person-part">
          <h3 className="person-part__title">{t('site-cart')}</h3>
          <ul className="site-list">
            {cart.lines.map((line, at) => (
              <li key={at} className="site-line"><span>{t('site-quantity', { count: format.number(line.quantity), name: line.name })}</span><span className="tabular">{line.price === null ? '' : money(line.price * line.quantity, cart.currency)}</span></li>
            ))}
            {cart.total !== null && <li className="site-line site-line--total"><span>{t('site-total')}</span><span className="tabular">{money(cart.total, cart.currency)}</span></li>}
          </ul>
        </section>
      )}
      {orders.length > 0 && (
        <section className="person-part">
          <h3 className="person-part__title">{t('site-orders')}</h3>
          <ul className="site-list">
            {orders.map((order) => (
              <li key={order.id} className="site-line"><span>{order.number || t('site-order')} <span className="muted">{format.short(order.at)}</span></span><span className="tabular">{money(order.total, order.currency)}</span></li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}
