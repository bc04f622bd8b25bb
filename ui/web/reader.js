// The document behind a citation, scrolled to the quote. Text reaches the page as text nodes only.
export default function ({ parentElement, data, setTriggerValue }) {
  const panel = parentElement.querySelector(".reader") ?? build(parentElement)
  const find = (name) => panel.querySelector(`.${name}`)
  panel.setAttribute("aria-label", data.labels.reader)
  find("heading").textContent = data.heading
  find("facts").textContent = data.facts
  find("position").textContent = data.position
  find("notes").replaceChildren(...data.notes.map((note) => make("p", "note", note)))
  wire(find("previous"), data.labels.previous, data.previous, (n) => setTriggerValue("opened", n))
  wire(find("next"), data.labels.next, data.next, (n) => setTriggerValue("opened", n))
  const image = find("image")
  image.hidden = !data.picture
  image.setAttribute("aria-pressed", String(Boolean(data.picture?.source)))
  wire(image, data.labels.page_image, 0, () => setTriggerValue("pictured", true))
  wire(find("close"), data.labels.close, 0, () => setTriggerValue("closed", true))
  panel.onkeydown = (event) => {
    if (event.key !== "Escape") return
    event.stopPropagation()
    setTriggerValue("closed", true)
  }
  show(find("text"), data)
  mark(panel, find("text"), data, setTriggerValue)
  return () => {
    panel.onkeydown = null
    document.removeEventListener("selectionchange", panel.selecting)
  }
}

function build(parent) {
  const panel = make("section", "reader")
  panel.setAttribute("role", "region")
  const bar = make("div", "bar")
  bar.append(make("span", "position"))
  for (const [name, sign] of [["previous", "‹"], ["next", "›"], ["image", "▤"], ["close", "×"]]) {
    const button = make("button", name, sign)
    button.type = "button"
    bar.append(button)
  }
  const head = make("div", "head")
  const heading = make("h2", "heading")
  heading.dir = "auto"
  const facts = make("p", "facts")
  facts.dir = "auto"
  head.append(bar, heading, facts, make("div", "notes"))
  const text = make("div", "text")
  text.tabIndex = 0
  text.setAttribute("role", "region")
  panel.append(head, text, make("div", "marking"))
  parent.append(panel)
  return panel
}

function make(tag, name, text = "") {
  const node = document.createElement(tag)
  node.className = name
  node.textContent = text
  return node
}

function wire(button, label, target, act) {
  button.setAttribute("aria-label", label)
  button.title = label
  button.disabled = target === null
  button.onclick = () => act(target)
}

function picture(box, { source, alt, top }) {
  const image = make("img", "page")
  image.alt = alt
  image.onload = () => { box.scrollTop = top * image.clientHeight - box.clientHeight / 3 }
  image.src = source
  box.replaceChildren(image)
}

function show(box, data) {
  box.setAttribute("aria-label", data.labels.text)
  box.lang = data.language
  const source = data.picture?.source ?? ""
  if (box.place === data.place && box.source === source) return
  box.classList.toggle("picture", source !== "")
  if (source) picture(box, data.picture)
  else box.replaceChildren(...data.parts.map((part) => {
    if (part.kind === "text") return document.createTextNode(part.text)
    const mark = make("mark", part.kind, part.text)
    mark.lang = part.language
    mark.dataset.number = part.number
    return mark
  }))
  const opening = box.place === undefined
  box.place = data.place
  box.source = source
  // After the layout, or there is nothing to measure yet; the box scrolls, never the page.
  requestAnimationFrame(() => {
    const mark = box.querySelector(".quote")
    if (!source) box.scrollTop = mark
      ? mark.offsetTop - Math.max(24, (box.clientHeight - mark.offsetHeight) / 3)
      : 0
    if (opening) box.focus({ preventScroll: true })
  })
}

// While the right place is sought: the document to seek it in, and a button that takes what is
// selected, or what is highlighted while nothing is.
function mark(panel, box, data, setTriggerValue) {
  document.removeEventListener("selectionchange", panel.selecting)
  panel.selecting = null
  const foot = panel.querySelector(".marking")
  foot.hidden = !data.marking
  if (!data.marking) return foot.replaceChildren()
  const { labels, marking } = data
  const hint = make("p", "hint", labels.mark_hint)
  const take = make("button", "take")
  take.type = "button"
  // The selection must outlive the press.
  take.onpointerdown = take.onmousedown = (event) => event.preventDefault()
  take.onclick = () => setTriggerValue("marked", selected(box, data.start) ?? { start: 0, text: "" })
  panel.selecting = () => {
    const some = data.start !== null && rangeIn(box) !== null
    take.textContent = some || !marking.highlighted ? labels.mark_take : labels.mark_take_highlighted
    take.disabled = !some && !marking.highlighted
  }
  document.addEventListener("selectionchange", panel.selecting)
  panel.selecting()
  foot.replaceChildren(chooser(labels.mark_document, marking, setTriggerValue), hint, take)
}

function chooser(label, { documents, document: open }, setTriggerValue) {
  const select = make("select", "documents")
  select.setAttribute("aria-label", label)
  select.append(...documents.map(([path, name]) => new Option(name, path, false, path === open)))
  select.onchange = () => setTriggerValue("chosen", select.value)
  return select
}

// The part of the selection that lies in the box; null where there is none.
function rangeIn(box) {
  const root = box.getRootNode()
  const all = document.getSelection()
  const composed = all.getComposedRanges?.({ shadowRoots: [root] })[0]
  const own = root.getSelection?.() ?? all
  const given = composed ?? (own.rangeCount ? own.getRangeAt(0) : null)
  if (!given || !box.contains(given.startContainer)) return null
  const range = document.createRange()
  range.setStart(given.startContainer, given.startOffset)
  if (box.contains(given.endContainer)) range.setEnd(given.endContainer, given.endOffset)
  else range.setEnd(box, box.childNodes.length)
  return range.toString().trim() ? range : null
}

// Its first code point in the canonical text, where the box begins at `low`, and its words.
function selected(box, low) {
  const range = rangeIn(box)
  if (!range || low === null) return null
  const before = document.createRange()
  before.setStart(box, 0)
  before.setEnd(range.startContainer, range.startOffset)
  return { start: low + [...before.toString()].length, text: range.toString() }
}
