import { useEffect, useRef, useState } from 'preact/hooks';
import type { State } from './session';
import { useLanguage } from './texts';
import type { Upload } from './uploads';
import { describe } from './parts/Uploads';

/** What the one polite region says, and the assertive one (a message that could not be sent). */
export function useAnnouncements(state: State, offline: boolean, uploads: Upload[], emailOffer: string) {
  const { t } = useLanguage();
  const [polite, say] = useState('');
  const [assertive, alarm] = useState('');
  const typingSaid = useRef(false);
  const first = useRef(true);

  useEffect(() => {
    if (!first.current) say(offline ? t.connectionOffline : t.connectionBack);
  }, [offline]);

  useEffect(() => {
    if (state.refusals) alarm(t.messageFailedAnnouncement);
    const timer = setTimeout(() => alarm(''), 5000);
    return () => clearTimeout(timer);
  }, [state.refusals]);

  // Once until the next message: a person who types, stops and types again is not news.
  useEffect(() => {
    if (state.typing === null || typingSaid.current) return;
    typingSaid.current = true;
    say(state.typing ? t.typingName({ name: state.typing }) : t.typingSomeone);
  }, [state.typing]);
  useEffect(() => {
    typingSaid.current = false;
  }, [state.messages.length]);

  useEffect(() => {
    if (emailOffer) say(emailOffer);
  }, [emailOffer]);

  const settled = uploads.filter((upload) => upload.state !== 'uploading');
  const news = settled.at(-1);
  useEffect(() => {
    if (news) say(news.state === 'ready' ? t.attachmentReady({ name: news.file.name }) : describe(news, t));
  }, [news?.key, news?.state]);

  useEffect(() => {
    first.current = false;
  }, []);
  return { polite, assertive, say };
}
