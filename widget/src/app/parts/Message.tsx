import type { Attachment, ChatMessage } from '../contract';
import { pieces } from '../links';
import type { Outgoing } from '../outbox';
import { useLanguage } from '../texts';
import { clockTime, fileSize } from '../time';
import { Icon } from './icons';

interface Props {
  message: ChatMessage;
  /** The first of several by the same author within a while: only it carries the name. */
  first: boolean;
  /** The last of them: only it carries the time. */
  last: boolean;
  channel: string;
  status?: string | undefined;
}

export function Message({ message, first, last, channel, status }: Props) {
  const language = useLanguage();
  const { from, author, text, at, attachments } = message;
  if (from === 'system') return <li class="event">{text}</li>;
  const mine = from === 'visitor';
  const name = mine ? language.t.messageYou : (author ?? channel);
  return (
    <li class={mine ? 'mine' : 'theirs'}>
      <span class={first && !mine ? 'author' : 'hidden'}>{name}</span>
      <Body text={text} attachments={attachments} />
      {(last || status) && (
        <span class="meta">
          <time dateTime={at}>{clockTime(at, language)}</time>
          {status && ` · ${status}`}
        </span>
      )}
    </li>
  );
}

interface UnsentProps {
  entry: Outgoing;
  connected: boolean;
  onRetry(): void;
  onDiscard(): void;
}

export function Unsent({ entry, connected, onRetry, onDiscard }: UnsentProps) {
  const { t } = useLanguage();
  const { state, text, attachments, reason } = entry;
  const waits = state === 'waiting' || !connected;
  return (
    <li class={`mine unsent ${state}`}>
      <span class="hidden">{t.messageYou}</span>
      <Body text={text} attachments={attachments} />
      {state !== 'failed' && <span class="meta">{waits ? t.messageWaiting : t.messageSending}</span>}
      {state === 'failed' && (
        <div class="failure">
          <span class="meta">
            <Icon name="warning" />
            {t.messageFailed}
            {reason && `: ${reason}`}
          </span>
          <button type="button" class="quiet" onClick={onRetry}>
            {t.messageRetry}
          </button>
          <button type="button" class="quiet" onClick={onDiscard}>
            {t.messageDiscard}
          </button>
        </div>
      )}
    </li>
  );
}

function Body({ text, attachments }: { text: string; attachments: Attachment[] }) {
  return (
    <>
      {text && (
        <p class="bubble" dir="auto">
          {pieces(text).map((piece) =>
            typeof piece === 'string' ? piece : <a {...piece} target="_blank" rel="noopener noreferrer nofollow">{piece.href}</a>,
          )}
        </p>
      )}
      {attachments.map((attachment) => (
        <File key={attachment.id} {...attachment} />
      ))}
    </>
  );
}

const PICTURE = /^image\/(png|jpeg|gif|webp|avif)$/;

function File({ name, media_type, size, url }: Attachment) {
  const language = useLanguage();
  return (
    <a class="file" href={url} target="_blank" rel="noopener noreferrer">
      {PICTURE.test(media_type) ? <img src={url} alt="" loading="lazy" /> : <Icon name="file" />}
      <span>
        <b>{name}</b>
        <small>{fileSize(size, language)}</small>
        <span class="hidden">{`, ${language.t.attachmentNewTab}`}</span>
      </span>
    </a>
  );
}
