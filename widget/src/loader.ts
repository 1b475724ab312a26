import { createPanel, type Identity } from './loader/panel';
import { readSettings } from './loader/settings';

type Command = ['open'] | ['close'] | ['identify', Identity] | ['locale', string];
type Api = ((...command: Command) => void) & { q?: Iterable<Command>; ready?: true };

declare global {
  interface Window {
    kapocs?: Api;
  }
}

const script = (document.currentScript ?? document.querySelector('[data-channel]')) as HTMLScriptElement;
const queue = [...(window.kapocs?.q ?? [])];
let panel: ReturnType<typeof createPanel> | undefined;

function run([what, value]: Command, asked: boolean) {
  (panel![what] as ((value: unknown) => void) | undefined)?.(what === 'open' ? asked : value);
}

function begin() {
  if (panel) return;
  panel = createPanel(readSettings(script));
  for (const command of queue) run(command, false);
}

function whenIdle() {
  // Safari has no idle callback.
  (window.requestIdleCallback ?? setTimeout)(begin, { timeout: 3000 } as IdleRequestOptions & number);
}

if (!window.kapocs?.ready && script.dataset.channel) {
  window.kapocs = (...command) => {
    const asked = navigator.userActivation?.isActive ?? true;
    // A press on the page's own chat link must not wait for the page to become idle.
    if (command[0] === 'open' && asked && document.body) begin();
    if (panel) run(command, asked);
    else queue.push(command);
  };
  window.kapocs.ready = true;
  if (document.readyState === 'complete') whenIdle();
  else addEventListener('load', whenIdle, { once: true });
}
