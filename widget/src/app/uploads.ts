import type { Api, Failure } from './api';
import type { Attachment } from './contract';

export const LIMIT_MB = 25;

export interface Upload {
  key: number;
  file: File;
  share: number;
  state: 'uploading' | 'ready' | 'failed' | 'too-large';
  attachment: Attachment | null;
  reason: string;
  cancel(): void;
}

/** The files of the message being written. */
export function createUploads(api: Api, changed: (all: Upload[]) => void) {
  let all: Upload[] = [];
  let nextKey = 1;

  function update(key: number, patch: Partial<Upload>) {
    all = all.map((upload) => (upload.key === key ? { ...upload, ...patch } : upload));
    changed(all);
  }

  function start(key: number, file: File) {
    const { done, cancel } = api.upload(file, (share) => update(key, { share }));
    update(key, { state: 'uploading', share: 0, cancel });
    done.then(
      (attachment) => update(key, { state: 'ready', attachment }),
      ({ status, message }: Failure) => update(key, { state: status === 413 ? 'too-large' : 'failed', reason: message }),
    );
  }

  return {
    add(files: Iterable<File>) {
      for (const file of files) {
        const key = nextKey++;
        const tooLarge = file.size > LIMIT_MB * 1024 * 1024;
        const state = tooLarge ? 'too-large' : 'uploading';
        all = [...all, { key, file, share: 0, state, attachment: null, reason: '', cancel: () => undefined }];
        changed(all);
        if (!tooLarge) start(key, file);
      }
    },
    again: ({ key, file }: Upload) => start(key, file),
    remove({ key, cancel }: Upload) {
      all = all.filter((upload) => upload.key !== key);
      cancel();
      changed(all);
    },
    clear() {
      all = [];
      changed(all);
    },
  };
}
