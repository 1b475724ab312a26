import type { QueryClient } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Draft, Message } from '../../api/types'
import { restoreDraft } from './drafts'
import { dropMessage, threadKey } from './queries'

/** Takes back an answer that has not left yet: its text and files return to the composer. */
export async function undoSend(client: QueryClient, author: string, conversation: string, message: Message) {
  try {
    const draft = await api.delete<Draft | undefined>(`conversations/${conversation}/messages/${message.id}/delivery`)
    dropMessage(client, conversation, message.id)
    restoreDraft(author, conversation, draft ?? { text: message.text, attachments: message.attachments })
    void client.invalidateQueries({ queryKey: ['conversation', conversation] })
  } catch (error) {
    void client.invalidateQueries({ queryKey: threadKey(conversation) })
    throw error
  }
}
