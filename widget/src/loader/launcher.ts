import css from './style.css?inline';

export const BUBBLE = 'M8 4h8a5 5 0 0 1 5 5v3a5 5 0 0 1-5 5h-3l-5 4v-4a5 5 0 0 1-5-5V9a5 5 0 0 1 5-5Z';
export const CHEVRON = 'm6 9.5 6 6 6-6';

/** The parts drawn on the host page. They live in a shadow root, so neither side can style the other. */
export function draw() {
  const root = document.body.appendChild(document.createElement('div')).attachShadow({ mode: 'open' });
  // A constructed sheet is allowed where the page's content policy forbids style elements.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];

  const section = add(root, 'section');
  const button = add(section, 'button');
  // Node by node: pages that enforce Trusted Types refuse markup given as text.
  const svg = button.appendChild(drawing('svg'));
  svg.setAttribute('viewBox', '0 0 24 24');
  const shape = svg.appendChild(drawing('path'));
  const badge = add(button, 'b');
  const news = add(section, 'output');
  const dialog = add(section, 'dialog');
  // Not in the sheet, where lowering for older browsers would double its size.
  dialog.style.colorScheme = 'light dark';
  const words = add(dialog, 'p');
  const shut = add(dialog, 'button');
  return { root, section, button, shape, badge, news, dialog, words, shut };
}

function add<K extends keyof HTMLElementTagNameMap>(parent: Node, name: K): HTMLElementTagNameMap[K] {
  return parent.appendChild(document.createElement(name));
}

function drawing(name: string): SVGElement {
  return document.createElementNS('http://www.w3.org/2000/svg', name);
}
