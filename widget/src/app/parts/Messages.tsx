import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ChatMessage } from '../contract';
import type { Session, State } from '../session';
import { useLanguage } from '../texts';
import { dayName, sameDay } from '../time';
import { Icon } from './icons';
import { Message, Unsent } from './Message';

const NEAR = 80;
const MARGIN = 12;
const TOGETHER = 5 * 60_000;

export function Messages({ state, session, children }: { state: State; session: Session; children: ComponentChildren }) {
  const language = useLanguage();
  const { t, locale } = language;
  const { channel, messages, outgoing, typing } = state;
  const live = useLater(state.loaded);
  const [scroller, atEnd, toEnd] = useStickyEnd(state);
  const name = channel?.name ?? t.chatTitle;

  return (
    <div class="thread">
      <div class="scroll" ref={scroller} tabIndex={0} role="region" aria-label={t.messagesName}>
        {channel && (
          <div class="greeting">
            <p class="bubble">{channel.greeting[locale]}</p>
            {!state.online && <p class="notice">{channel.reply_time[locale] || t.chatAwayGreeting}</p>}
          </div>
        )}
        {!state.loaded && state.conversation && <p class="notice">{t.messagesLoading}</p>}
        {/* History is put in silently; the log speaks only of what comes after it. */}
        <div role="log" aria-live={live ? 'polite' : 'off'} aria-relevant="additions">
          <ol role="list">
            {messages.map((message, i) => [
              startsDay(messages, i) && (
                <li key={`day-${message.id}`} class="day">
                  {dayName(message.at, language)}
                </li>
              ),
              <Message
                key={message.client_id ?? message.id}
                message={message}
                channel={name}
                first={!together(messages[i - 1], message)}
                last={!together(message, messages[i + 1])}
                status={status(state, i, t.messageSent, t.messageSeen)}
              />,
            ])}
            {outgoing.map((entry) => (
              <Unsent
                key={entry.client_id}
                entry={entry}
                connected={state.connected}
                onRetry={() => session.retry(entry.client_id)}
                onDiscard={() => session.discard(entry.client_id)}
              />
            ))}
          </ol>
        </div>
        {typing !== null && (
          <p class="typing" aria-hidden="true">
            <i />
            <i />
            <i />
            {typing ? t.typingName({ name: typing }) : t.typingSomeone}
          </p>
        )}
        {children}
      </div>
      {!atEnd && (
        <button type="button" class="latest" aria-label={t.messagesLatest} title={t.messagesLatest} onClick={toEnd}>
          <Icon name="down" />
        </button>
      )}
    </div>
  );
}

/** Only the newest of one's own messages says how far it got. */
function status({ messages, seen }: State, i: number, sent: string, seenText: string): string | undefined {
  const message = messages[i]!;
  const newest = messages.findLastIndex((one) => one.from === 'visitor');
  if (i !== newest) return undefined;
  return message.seq <= seen ? seenText : sent;
}

function startsDay(messages: ChatMessage[], i: number): boolean {
  return i === 0 || !sameDay(messages[i - 1]!.at, messages[i]!.at);
}

function together(a: ChatMessage | undefined, b: ChatMessage | undefined): boolean {
  if (!a || !b || a.from !== b.from || a.author !== b.author) return false;
  return Date.parse(b.at) - Date.parse(a.at) < TOGETHER && sameDay(a.at, b.at);
}

/** True a moment after `now` became true: once the history has been drawn. */
function useLater(now: boolean): boolean {
  const [later, setLater] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLater(now), 300);
    return () => clearTimeout(timer);
  }, [now]);
  return later;
}

/** As far down as shows the newest message from its beginning: what comes after it must not push it away. */
function restingPlace(scroller: HTMLElement): number {
  const newest = scroller.querySelector<HTMLElement>('ol > :last-child');
  return Math.min(scroller.scrollHeight - scroller.clientHeight, newest ? newest.offsetTop - MARGIN : 0);
}

/** Follows the newest message, unless the reader has scrolled up to read. */
function useStickyEnd({ messages, outgoing, typing, open, loaded }: State) {
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const follow = useRef(true);
  const toEnd = () => scroller.current?.scrollTo(0, restingPlace(scroller.current));

  useEffect(() => {
    const element = scroller.current!;
    const look = () => {
      follow.current = restingPlace(element) - element.scrollTop < NEAR;
      setAtEnd(follow.current);
    };
    element.addEventListener('scroll', look, { passive: true });
    const resized = new ResizeObserver(() => follow.current && toEnd());
    resized.observe(element);
    for (const child of element.children) resized.observe(child);
    return () => resized.disconnect();
  }, []);

  useLayoutEffect(toEnd, [open, loaded, outgoing.length]);
  useLayoutEffect(() => {
    if (follow.current) toEnd();
  }, [messages, typing]);
  return [scroller, atEnd, toEnd] as const;
}
