import { useEffect } from 'react'

let title = 'Kapocs'
let count = 0

const write = () => { document.title = count > 0 ? `(${count}) ${title}` : title }

/** How many things wait for the reader, before whatever the title says. */
export function setTitleCount(next: number) {
  count = next
  write()
}

export function usePageTitle(...parts: (string | null | undefined)[]) {
  const next = [...parts.filter(Boolean), 'Kapocs'].join(' · ')
  useEffect(() => {
    title = next
    write()
  }, [next])
}
