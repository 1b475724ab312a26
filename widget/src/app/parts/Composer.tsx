import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Session } from '../session';
import { useLanguage } from '../texts';
import type { Upload } from '../uploads';
import { Icon } from './icons';

interface Props {
  session: Session;
  field: RefObject<HTMLTextAreaElement | null>;
  draft: string;
  uploads: Upload[];
  onDraft(text: string): void;
  onSubmit(): void;
  onFiles(files: Iterable<File>): void;
}

export function Composer({ session, field, draft, uploads, onDraft, onSubmit, onFiles }: Props) {
  const { t } = useLanguage();
  const picker = useRef<HTMLInputElement>(null);
  const typed = useTyping(session);

  useLayoutEffect(() => {
    const { style, scrollHeight } = resetHeight(field.current!);
    if (scrollHeight) style.height = `${scrollHeight + 2}px`;
  }, [draft]);

  function submit() {
    typed('');
    onSubmit();
    field.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    // On touch screens Enter makes a new line: there is no Shift at hand.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || matchMedia('(pointer: coarse)').matches) return;
    event.preventDefault();
    submit();
  }

  function onPaste(event: ClipboardEvent) {
    const files = event.clipboardData?.files;
    if (!files?.length) return;
    event.preventDefault();
    onFiles(files);
  }

  const empty = !draft.trim() && !uploads.length;
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          onFiles(event.currentTarget.files!);
          event.currentTarget.value = '';
        }}
      />
      <button type="button" class="plain" aria-label={t.composerAttach} title={t.composerAttach} onClick={() => picker.current!.click()}>
        <Icon name="attach" />
      </button>
      <textarea
        ref={field}
        rows={1}
        aria-label={t.composerLabel}
        placeholder={t.composerPlaceholder}
        value={draft}
        onInput={(event) => {
          onDraft(event.currentTarget.value);
          typed(event.currentTarget.value);
        }}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
      />
      <button type="submit" class={empty ? 'send empty' : 'send'} aria-label={t.composerSend} title={t.composerSend}>
        <Icon name="send" />
      </button>
    </form>
  );
}

function resetHeight(field: HTMLTextAreaElement): HTMLTextAreaElement {
  field.style.height = 'auto';
  return field;
}

/** Says "typing" at most every three seconds, and "no longer" when the text is gone or rests. */
function useTyping(session: Session) {
  const told = useRef(0);
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const stop = () => {
    clearTimeout(rest.current);
    if (told.current) session.typing(false);
    told.current = 0;
  };
  useEffect(() => stop, []);
  return (text: string) => {
    if (!text) return stop();
    clearTimeout(rest.current);
    rest.current = setTimeout(stop, 5000);
    if (Date.now() - told.current < 3000) return;
    told.current = Date.now();
    session.typing(true);
  };
}
