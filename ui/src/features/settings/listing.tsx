import type { UseQueryResult } from '@tanstack/react-query'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Empty, Skeleton } from '../../ui/state'
import { LoadFailure } from '../shell/failure'

interface Props<T> { query: UseQueryResult<T[]>; empty: { icon: LucideIcon; title: string; text?: string; action?: ReactNode }; children: (items: T[]) => ReactNode }

/** The four states of a list in the settings. */
export function Listing<T>({ query, empty, children }: Props<T>) {
  if (query.data?.length) return <>{children(query.data)}</>
  if (query.data) return <div className="card"><Empty icon={empty.icon} title={empty.title} action={empty.action}>{empty.text}</Empty></div>
  if (query.isError) return <div className="card"><LoadFailure error={query.error} onRetry={() => void query.refetch()} /></div>
  return <div className="card"><div className="card__body" aria-hidden="true"><Skeleton width="50%" /><Skeleton width="70%" /><Skeleton width="40%" /></div></div>
}
