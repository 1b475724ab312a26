import type { RefObject } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useAnnouncements } from './announce';
import type { Api } from './api';
import { Composer } from './parts/Composer';
import { EmailCard, EmailLine } from './parts/EmailCard';
import { Header } from './parts/Header';
import { Messages } from './parts/Messages';
import { Uploads } from './parts/Uploads';
import type { Session, State } from './session';
import type { Store } from './storage';
import { useLanguage } from './texts';
import { createUploads, type Upload } from './uploads';

export interface AppProps {
  session: Session;
  api: Api;
  store: Store;
  title: RefObject<HTMLHeadingElement | null>;
  framed: boolean;
  onLanguage(): void;
  onClose(): void;
}

export function App({ session, api, store, title, framed, onLanguage, onClose }: AppProps) {
  const { t } = useLanguage();
  const state = useSession(session);
  const [draft, setDraft] = useKept(store, 'draft');
  const [sound, setSound] = useKept(store, 'sound');
  const [uploads, setUploads] = useState<Upload[]>([]);
  const files = useMemo(() => createUploads(api, setUploads), [api]);
  const email = useEmail(state, store);
  const [demanded, setDemanded] = useState(0);
  const field = useRef<HTMLTextAreaElement>(null);
  const offline = useDelayed(!state.connected, 1500);
  const { polite, assertive, say } = useAnnouncements(state, offline, uploads, email.shown ? t.emailHelp : '');
  const [dragging, drag] = useDrop(files.add);

  useEffect(() => {
    if (!state.forgotten) return;
    setDraft('');
    files.clear();
  }, [state.forgotten]);

  function submit() {
    const text = draft.trim();
    if (uploads.some((upload) => upload.state === 'uploading')) return say(t.attachmentWait);
    const ready = uploads.flatMap(({ attachment }) => attachment ?? []);
    if (!text && !ready.length) return;
    if (email.required) return setDemanded(demanded + 1);
    session.send(text, ready);
    setDraft('');
    files.clear();
  }

  async function saveEmail(address: string, name: string) {
    await session.saveEmail(address, name);
    email.settle();
    field.current?.focus();
  }

  const gone = state.stage === 'unavailable';
  return (
    <div class="chat" {...drag}>
      <Header
        state={state}
        title={title}
        sound={gone ? null : !!sound}
        closable={framed}
        onLanguage={onLanguage}
        onSound={() => setSound(sound ? '' : '1')}
        onClose={onClose}
      />
      <main>
        {gone ? (
          <p class="notice">{t.chatUnavailable}</p>
        ) : (
          <>
            {offline && (
              <div class="bar">
                <p>{state.channel ? t.connectionOffline : t.chatStartFailed}</p>
                <button type="button" class="quiet" onClick={session.hurry}>
                  {t.connectionRetry}
                </button>
              </div>
            )}
            <Messages state={state} session={session}>
              {email.shown && (
                <EmailCard
                  state={state}
                  required={email.required}
                  demanded={demanded}
                  onSave={saveEmail}
                  onLater={() => {
                    email.later();
                    field.current?.focus();
                  }}
                />
              )}
              {email.saved && <EmailLine address={email.saved} onChange={email.change} />}
            </Messages>
            <Uploads uploads={uploads} onRemove={files.remove} onAgain={files.again} />
            <Composer session={session} field={field} draft={draft} uploads={uploads} onDraft={setDraft} onSubmit={submit} onFiles={files.add} />
          </>
        )}
      </main>
      {dragging && <p class="drop">{t.composerDrop}</p>}
      <p class="hidden" role="status">
        {polite}
      </p>
      <p class="hidden" role="alert">
        {assertive}
      </p>
    </div>
  );
}

/** When the address is asked for, by the channel's rule, and what has become of it. */
function useEmail({ channel, person, online, messages, outgoing }: State, store: Store) {
  const [later, setLater] = useKept(store, 'email-later');
  const [changing, setChanging] = useState(false);
  const rule = channel?.ask_email ?? 'never';
  const address = person?.email ?? null;
  const wrote = messages.some((message) => message.from === 'visitor') || outgoing.length > 0;
  const required = rule === 'require' && person !== null && !address;
  const offered = rule === 'offer' && person !== null && !address && !later && (wrote || !online);
  return {
    required,
    shown: required || offered || changing,
    saved: rule !== 'never' && wrote && !changing ? address : null,
    later: () => (changing ? setChanging(false) : setLater('1')),
    change: () => setChanging(true),
    settle: () => setChanging(false),
  };
}

function useSession(session: Session): State {
  const [state, set] = useState(session.state);
  useEffect(() => {
    set(session.state);
    return session.subscribe(set);
  }, [session]);
  return state;
}

/** A text that survives a reload; '' is nothing. */
function useKept(store: Store, name: string) {
  const [value, set] = useState(store.get(name) ?? '');
  const keep = (next: string) => {
    store.set(name, next || null);
    set(next);
  };
  return [value, keep] as const;
}

function useDelayed(now: boolean, delay: number): boolean {
  const [later, set] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => set(now), now ? delay : 0);
    return () => clearTimeout(timer);
  }, [now]);
  return later && now;
}

function useDrop(onFiles: (files: Iterable<File>) => void) {
  const [dragging, set] = useState(false);
  const handlers = {
    onDragOver(event: DragEvent) {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      set(true);
    },
    onDragLeave: (event: DragEvent) => event.relatedTarget === null && set(false),
    onDrop(event: DragEvent) {
      event.preventDefault();
      set(false);
      onFiles(event.dataTransfer?.files ?? []);
    },
  };
  return [dragging, handlers] as const;
}
