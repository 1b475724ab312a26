import type { ToApp, ToHost } from '../protocol';

export interface Frame {
  element: HTMLIFrameElement;
  post(message: ToApp): void;
}

/** The app in its frame. Only messages from that very window and that origin are heard. */
export function openFrame(parent: Element, host: string, key: string, hear: (message: ToHost) => void): Frame {
  const element = document.createElement('iframe');
  element.allow = 'autoplay';
  // The fragment tells the app whom to answer; the browser delivers only if it is true.
  element.src = `${host}/widget/${key}#${location.origin}`;
  element.hidden = true;
  addEventListener('message', (event) => {
    if (event.origin === host && event.source === element.contentWindow) hear(event.data as ToHost);
  });
  parent.append(element);
  return { element, post: (message) => element.contentWindow?.postMessage(message, host) };
}
