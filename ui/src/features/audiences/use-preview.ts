import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { previewQuery, type Asked } from './queries'

const SETTLED_MS = 400

/** The count of what is asked now. While it is being changed or counted there is none: an old number would be wrong. */
export function usePreview(asked: Asked | null) {
  const now = asked && JSON.stringify(asked)
  const [settled, setSettled] = useState(now)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(now), SETTLED_MS)
    return () => clearTimeout(timer)
  }, [now])
  const current = now !== null && now === settled
  const { data, error, isFetching, refetch } = useQuery({ ...previewQuery(now ?? ''), enabled: current })
  const waiting = now !== null && (!current || isFetching)
  return { data: waiting || !current ? null : data ?? null, error: waiting || !current ? null : error, waiting, again: () => void refetch() }
}
export type Preview = ReturnType<typeof usePreview>
