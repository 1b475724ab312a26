// What a reader cannot read or reach: raw keys, cut words, controls outside their pane, sideways scrolling.
const LABELS = 'button, a, label, legend, summary, th, h1, h2, h3, .field__label, .field__help, .field__error, .pill, [role=tab], [role=menuitem], [role=menuitemradio], [role=menuitemcheckbox], [role=radio]'
const CONTROLS = 'button, a[href], input, textarea, select, summary, [role=tab], [role=menuitem], [role=menuitemradio], [role=menuitemcheckbox]'
const PANES = '.rail, .views, .inbox__list, .inbox__main, .panel, .customers__list, .customers__main, .settings__nav, .settings__main, .modal, .popover, .toast, .entrance__card, .shell__body, body'

export const layout = (page, keys) => page.evaluate(inspect, { keys, labels: LABELS, controls: CONTROLS, panes: PANES })

/** Runs in the page. */
function inspect({ keys, labels, controls, panes }) {
  const found = []
  const known = new Set(keys)
  // Some words are for ears alone: in a box of a pixel.
  const isForEars = (element) => !!element && ((element.clientWidth <= 1 && getComputedStyle(element).overflow !== 'visible') || isForEars(element.parentElement))
  const seen = (element) => element.checkVisibility({ checkVisibilityCSS: true }) && !element.closest('.skip-link') && !isForEars(element)
  const name = (element) => `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> ${(element.textContent || element.getAttribute('aria-label') || '').trim().slice(0, 50)}`
  const isTranslated = (text) => /\[.*\]|[[\]]/.test(text)

  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = words.nextNode(); node; node = words.nextNode()) if (known.has(node.data.trim())) found.push(`raw key ${node.data.trim()}`)
  for (const element of document.querySelectorAll('[aria-label], [placeholder], [title]')) {
    for (const attribute of ['aria-label', 'placeholder', 'title']) if (known.has(element.getAttribute(attribute))) found.push(`raw key ${element.getAttribute(attribute)}`)
  }

  // A name of somebody's own may be cut; words of the product may not.
  for (const label of document.querySelectorAll(labels)) {
    for (const part of seen(label) ? [label, ...label.querySelectorAll('*')] : []) {
      const isText = part.clientWidth > 0 && isTranslated(part.textContent) && seen(part)
      if (isText && part.scrollWidth > part.clientWidth) found.push(`cut by ${part.scrollWidth - part.clientWidth} px: ${name(part)}`)
    }
  }

  const scrollsDown = (element, pane) => {
    for (let at = element.parentElement; at; at = at === pane ? null : at.parentElement) if (/auto|scroll/.test(getComputedStyle(at).overflowY)) return true
    return false
  }
  for (const control of document.querySelectorAll(controls)) {
    const box = control.getBoundingClientRect()
    const pane = control.parentElement.closest(panes)
    if (!seen(control) || box.width <= 1 || !pane) continue
    const edge = pane.getBoundingClientRect()
    if (box.left < edge.left - 1 || box.right > edge.right + 1) found.push(`beside its pane ${pane.getAttribute('class')}: ${name(control)}`)
    else if (!scrollsDown(control, pane) && (box.top < edge.top - 1 || box.bottom > edge.bottom + 1)) found.push(`above or below its pane ${pane.getAttribute('class')}: ${name(control)}`)
  }

  const scrolls = (element) => element === document.documentElement || /auto|scroll/.test(getComputedStyle(element).overflowX)
  for (const element of [document.documentElement, ...document.querySelectorAll(panes), ...document.querySelectorAll('.scroll')]) {
    if (scrolls(element) && seen(element) && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) found.push(`scrolls sideways by ${element.scrollWidth - element.clientWidth} px: ${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}`)
  }
  return [...new Set(found)]
}
