import { useLanguage } from '../texts';
import { LIMIT_MB, type Upload } from '../uploads';
import { Icon } from './icons';

interface Props {
  uploads: Upload[];
  onRemove(upload: Upload): void;
  onAgain(upload: Upload): void;
}

/** The files beside the message being written, each with its progress and its way out. */
export function Uploads({ uploads, onRemove, onAgain }: Props) {
  const { t } = useLanguage();
  if (!uploads.length) return null;
  return (
    <ul class="uploads" role="list">
      {uploads.map((upload) => {
        const { key, file, state } = upload;
        const { name } = file;
        return (
          <li key={key} class={state}>
            <Icon name={state === 'ready' ? 'tick' : state === 'uploading' ? 'file' : 'warning'} />
            <span>{describe(upload, t)}</span>
            {state === 'failed' && (
              <button type="button" class="quiet" aria-label={t.attachmentRetry({ name })} onClick={() => onAgain(upload)}>
                {t.messageRetry}
              </button>
            )}
            <button
              type="button"
              class="plain"
              aria-label={state === 'uploading' ? t.attachmentCancel({ name }) : t.attachmentRemove({ name })}
              onClick={() => onRemove(upload)}
            >
              <Icon name="close" />
            </button>
            {state === 'uploading' && <progress value={upload.share} aria-label={name} />}
          </li>
        );
      })}
    </ul>
  );
}

export function describe({ file: { name }, state, share, reason }: Upload, t: ReturnType<typeof useLanguage>['t']): string {
  if (state === 'uploading') return t.attachmentUploading({ name, percent: Math.round(share * 100) });
  if (state === 'too-large') return t.attachmentTooLarge({ name, limit: LIMIT_MB });
  return state === 'ready' ? name : reason || t.attachmentFailed({ name });
}
