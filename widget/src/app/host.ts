import type { ToApp, ToHost } from '../protocol';

/** The page around the frame. The fragment names its origin; a wrong name only means that nobody hears us. */
export function connectHost(hear: (message: ToApp) => void) {
  const origin = location.hash.slice(1);
  const framed = window.parent !== window && origin;
  addEventListener('message', (event) => {
    if (!framed || event.source !== window.parent || event.origin !== origin) return;
    const message = event.data as ToApp | null;
    if (typeof message?.kapocs === 'string') hear(message);
  });
  return {
    framed: !!framed,
    tell(message: ToHost) {
      if (framed) window.parent.postMessage(message, origin);
    },
  };
}

export type Host = ReturnType<typeof connectHost>;
