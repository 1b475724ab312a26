// A shop of its own look, to see the widget on somebody else's page.
const WORDS = {
  hu: {
    lang: 'hu',
    nav: ['Kaspók', 'Tálak', 'Bögrék', 'Műhely'],
    navName: 'Kínálat',
    title: 'Kézzel korongozott kerámia a Bükk lábánál',
    lead: 'Minden darab egyedi: helyi agyagból, ólommentes mázzal, két égetéssel készül.',
    heading: 'Újdonságok',
    items: [
      ['Mázas kaspó, eozin', '8 990 Ft'],
      ['Leveses tál, mattfehér', '6 490 Ft'],
      ['Bögre füllel, kobalt', '4 290 Ft'],
      ['Vajtartó, mohazöld', '7 490 Ft'],
    ],
    buy: 'Kosárba',
    help: 'Kérdése van? Írjon nekünk',
    next: 'Szállítás',
  },
  en: {
    lang: 'en',
    nav: ['Planters', 'Bowls', 'Mugs', 'Workshop'],
    navName: 'Range',
    title: 'Hand-thrown pottery from the foot of the Bükk hills',
    lead: 'Every piece is unique: local clay, lead-free glaze, fired twice.',
    heading: 'New in the shop',
    items: [
      ['Glazed planter, eosin', '£21.00'],
      ['Soup bowl, matt white', '£15.00'],
      ['Mug with handle, cobalt', '£10.00'],
      ['Butter dish, moss green', '£17.50'],
    ],
    buy: 'Add to basket',
    help: 'A question? Write to us',
    next: 'Delivery',
  },
};

const GLAZES = ['a', 'b', 'c', 'd'];

function html({ chatOrigin, key, lang, attributes }) {
  const w = WORDS[lang] ?? WORDS.en;
  const items = w.items.map(
    ([name, price], i) =>
      `<li><div class="pot ${GLAZES[i]}"></div><h3>${name}</h3><p>${price}</p><a href="#basket">${w.buy}</a></li>`,
  );
  return `<!doctype html>
<html lang="${w.lang}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cserép &amp; Társa</title>
<link rel="stylesheet" href="/shop.css">
<script async src="${chatOrigin}/widget.js" data-channel="${key}" data-lang="${w.lang}" ${attributes}></script>
</head>
<body>
<header><strong>Cserép &amp; Társa</strong><nav aria-label="${w.navName}">${w.nav.map((n) => `<a href="#x">${n}</a>`).join('')}</nav></header>
<main>
<h1>${w.title}</h1><p class="lead">${w.lead}</p>
<h2>${w.heading}</h2><ul class="items">${items.join('')}</ul>
</main>
<footer><a href="/next?lang=${w.lang}">${w.next}</a></footer>
</body></html>`;
}

const style = `
:root { color-scheme: light dark; --paper: light-dark(#fbf7f1, #1b1713); --ink: light-dark(#2b211a, #f0e6db); --clay: light-dark(#9c4a23, #eaa47d); }
* { box-sizing: border-box; border-radius: 0; }
html { font-size: 62.5%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.8rem/1.6 Georgia, "DejaVu Serif", serif; letter-spacing: .01em; }
button, div, span { text-transform: none; }
header { display: flex; flex-wrap: wrap; gap: 1rem 4rem; align-items: baseline; padding: 2.4rem 6vw; border-bottom: 1px solid color-mix(in srgb, var(--ink) 20%, transparent); }
header strong { font-size: 2.4rem; }
nav { display: flex; flex-wrap: wrap; gap: 1rem 2.4rem; }
a { color: var(--clay); }
main { padding: 5vw 6vw; }
h1 { max-width: 22em; margin: 0 0 1rem; font-size: clamp(2.8rem, 4vw, 4.8rem); line-height: 1.15; font-weight: 400; }
.lead { max-width: 40em; margin: 0 0 4rem; }
.items { display: grid; grid-template-columns: repeat(auto-fill, minmax(22rem, 1fr)); gap: 3rem; margin: 0; padding: 0; list-style: none; }
.items h3 { margin: 1.2rem 0 0; font-size: 1.8rem; font-weight: 400; }
.items p { margin: 0; opacity: .85; }
.pot { aspect-ratio: 1; }
.a { background: radial-gradient(circle at 35% 30%, #9fe0cf, #0b6a5d 60%, #06362f); }
.b { background: radial-gradient(circle at 35% 30%, #fff, #e4ded4 60%, #b8ac9b); }
.c { background: radial-gradient(circle at 35% 30%, #9db8f2, #25458f 60%, #101f48); }
.d { background: radial-gradient(circle at 35% 30%, #d7e3a6, #6c7f35 60%, #333f14); }
footer { padding: 3rem 6vw 12rem; }
`;

export const shopPage = { html, style };
