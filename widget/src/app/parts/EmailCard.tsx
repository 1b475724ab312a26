import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Failure } from '../api';
import type { State } from '../session';
import { useLanguage } from '../texts';
import { Icon } from './icons';

interface Props {
  state: State;
  required: boolean;
  /** Grows when someone tries to send without the required address. */
  demanded: number;
  onSave(email: string, name: string): Promise<void>;
  onLater(): void;
}

export function EmailCard({ state, required, demanded, onSave, onLater }: Props) {
  const { t } = useLanguage();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);

  function complain(text: string) {
    setError(text);
    field.current?.focus();
  }

  useEffect(() => {
    if (demanded) complain(t.emailMissing);
  }, [demanded]);

  async function save(event: SubmitEvent) {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const email = String(given.get('email')).trim();
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) return complain(t.emailInvalid);
    setBusy(true);
    try {
      await onSave(email, String(given.get('name')).trim());
    } catch (problem) {
      const { status, message } = problem as Failure;
      complain(status === 400 && message ? message : t.emailFailed);
    }
    setBusy(false);
  }

  const title = required ? t.emailTitleRequired : state.online ? t.emailTitle : t.emailTitleAway;
  return (
    <form class="card" noValidate aria-labelledby={`${id}title`} onSubmit={save}>
      <h2 id={`${id}title`}>
        <Icon name="mail" />
        {title}
      </h2>
      <p id={`${id}help`}>{required ? t.emailHelpRequired : t.emailHelp}</p>
      <label for={`${id}email`}>{t.emailLabel}</label>
      <input
        id={`${id}email`}
        ref={field}
        name="email"
        type="email"
        autocomplete="email"
        required
        aria-invalid={!!error}
        aria-describedby={`${id}error ${id}help`}
      />
      <p id={`${id}error`} class="error">
        {error && <Icon name="warning" />}
        {error}
      </p>
      <label for={`${id}name`}>{t.emailNameLabel}</label>
      <input id={`${id}name`} name="name" autocomplete="name" defaultValue={state.person?.name ?? ''} />
      <div class="actions">
        <button type="submit" class="main" disabled={busy}>
          {t.emailSave}
        </button>
        {!required && (
          <button type="button" class="quiet" onClick={onLater}>
            {t.emailLater}
          </button>
        )}
      </div>
    </form>
  );
}

export function EmailLine({ address, onChange }: { address: string; onChange(): void }) {
  const { t } = useLanguage();
  return (
    <p class="notice saved">
      <span>{t.emailSaved({ address })}</span>
      <button type="button" class="quiet" onClick={onChange}>
        {t.emailChange}
      </button>
    </p>
  );
}
