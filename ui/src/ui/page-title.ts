import { useEffect } from 'react'

export function usePageTitle(...parts: (string | null | undefined)[]) {
  const title = [...parts.filter(Boolean), 'Kapocs'].join(' · ')
  useEffect(() => {
    document.title = title
  }, [title])
}
