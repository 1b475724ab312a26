import { useQuery } from '@tanstack/react-query'
import { Fragment, type ReactNode } from 'react'
import { usersQuery } from './queries'

const LINK = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/g

/** Plain text with its links; in notes the names of the mentioned stand out. */
export function MessageText({ text, mentions = [] }: { text: string; mentions?: string[] }) {
  const { data: users = [] } = useQuery(usersQuery)
  const names = users.filter((user) => mentions.includes(user.id)).map((user) => `@${user.name}`)
  return (
    <p className="message__text prose">
      {text.split(LINK).map((part, index) => (
        index % 2 ? <a key={index} href={part} target="_blank" rel="noreferrer noopener">{part}</a> : <Fragment key={index}>{withMentions(part, names)}</Fragment>
      ))}
    </p>
  )
}

function withMentions(text: string, names: string[]): ReactNode {
  const name = names.find((one) => text.includes(one))
  if (!name) return text
  const [before, ...after] = text.split(name)
  return <>{withMentions(before!, names)}<strong className="mention">{name}</strong>{withMentions(after.join(name), names)}</>
}
