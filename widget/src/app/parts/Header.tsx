import type { Ref } from 'preact';
import type { State } from '../session';
import { useLanguage } from '../texts';
import { Icon } from './icons';

interface Props {
  state: State;
  title: Ref<HTMLHeadingElement>;
  /** null: there is nothing to hear. */
  sound: boolean | null;
  closable: boolean;
  onLanguage(): void;
  onSound?(): void;
  onClose(): void;
}

export function Header({ state, title, sound, closable, onLanguage, onSound, onClose }: Props) {
  const { locale, t } = useLanguage();
  const { channel, online } = state;
  const presence = online ? t.chatOnline : t.chatAway;
  const replyTime = channel?.reply_time[locale];
  return (
    <header>
      <div class="name">
        <h1 ref={title} tabIndex={-1}>
          {channel?.name ?? t.chatTitle}
        </h1>
        {channel && (
          <p class={online ? 'online' : 'away'}>
            {replyTime && online ? <span class="hidden">{`${presence}. `}</span> : null}
            {replyTime && online ? replyTime : presence}
          </p>
        )}
      </div>
      <button type="button" class="plain words" lang={locale === 'hu' ? 'en' : 'hu'} onClick={onLanguage}>
        {t.chatLanguage}
      </button>
      {sound !== null && (
        <button type="button" class="plain" aria-label={t.chatSound} title={t.chatSound} aria-pressed={sound} onClick={onSound}>
          <Icon name={sound ? 'sound' : 'silent'} />
        </button>
      )}
      {closable && (
        <button type="button" class="plain" aria-label={t.chatClose} title={t.chatClose} onClick={onClose}>
          <Icon name="close" />
        </button>
      )}
    </header>
  );
}
