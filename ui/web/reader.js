// The document behind a citation, scrolled to the quote. Text reaches the page as text nodes only.
//
// A place opens at once from what the page already holds (`data.ready`: the quote with its
// surroundings); the whole document follows from the server.
const PATIENCE = 8000 // ms for the server to follow; after that, what it says holds again
const ZOOMS = [1, 1.5, 2, 3]
const SAID = 2500 // ms that a button says what it has done
const NARROW = "(max-width: 56rem)" // as in page.css: the panel lies over the lower part

// What is open, and what a click has asked for; it outlives a panel that Streamlit builds anew.
const now = { sheet: null, wanted: undefined, until: 0, zoom: 0, handed: 0, holding: null }

export default function ({ parentElement, data, setTriggerValue }) {
  const panel = parentElement.querySelector(".reader") ?? build(parentElement)
  panel.data = data
  panel.send = setTriggerValue
  panel.listening?.abort()
  panel.listening = new AbortController()
  const { signal } = panel.listening
  // The buttons of a turn (render_turn.py) have no script of their own; none can be pressed before.
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-press]")
    if (button) pressFor(panel, button)
  }, { signal })
  document.documentElement.dataset.listening = ""
  panel.onkeydown = (event) => pressed(panel, event)
  follow(panel)
  return () => panel.listening.abort()
}

function pressFor(panel, button) {
  const { press: act, turn, value } = button.dataset
  if (act !== "open") {
    panel.send("pressed", { press: act, turn: Number(turn), value })
    if (act === "fold" && button.ariaExpanded === "false") unfold(value, turn)
    if (value !== "change" || button.ariaExpanded === "true") stay(button)
    return
  }
  const [number, other = 0] = value.split("-").map(Number)
  if (!other) open(panel, Number(turn), number, button)
  panel.send("opened", { turn: Number(turn), number, other })
}

// The keyboard stays where it was, though the row of the button is built anew: at the same button,
// or at the first that can be pressed.
function stay(button) {
  const { press: act, turn, value } = button.dataset
  const at = [...button.parentElement.children].indexOf(button)
  const find = () => {
    const row = [...document.querySelectorAll(`[data-press][data-turn="${turn}"]:not(:disabled)`)]
      .filter((one) => one.dataset.press !== "open")
    const same = row.filter(({ dataset }) =>
      dataset.press === act && (act !== "fold" || dataset.value === value))
    return same.find((one) => [...one.parentElement.children].indexOf(one) === at) ?? same[0] ?? row[0]
  }
  hold(button, find)
}

// A button that has the keyboard keeps it, however often the server draws it anew: `find` is the one
// that stands for it then. It ends when something else has the keyboard, or the mouse is used.
function hold(button, find) {
  now.holding?.disconnect()
  const until = performance.now() + PATIENCE
  const watch = now.holding = new MutationObserver(() => {
    const active = document.activeElement
    if (performance.now() > until || (active !== button && active !== document.body)) return watch.disconnect()
    if (button.isConnected) return
    const again = find()
    if (!again) return
    button = again
    button.focus({ preventScroll: true })
  })
  watch.observe(document.body, { childList: true, subtree: true })
  document.addEventListener("pointerdown", () => watch.disconnect(), { once: true })
}

// What is unfolded is brought up where it would begin in the lower half of the window; to the question
// that is to be put right goes the keyboard.
function unfold(name, turn) {
  const fold = `.st-key-${name}-${turn}`
  later(() => document.querySelector(fold), (there) => {
    if (there.getBoundingClientRect().top > innerHeight / 2) there.scrollIntoView()
  })
  if (name === "change") later(() => document.querySelector(`${fold} input`), (field) => field.focus())
}

// The marker of what is open; the server draws markers anew and does not know of it.
function choose() {
  for (const marker of document.querySelectorAll(".b-marker")) {
    const { turn, value } = marker.dataset
    const here = now.sheet && now.sheet.turn === Number(turn) && now.sheet.number === Number(value)
    if (here) marker.setAttribute("aria-current", "true")
    else marker.removeAttribute("aria-current")
  }
}

new MutationObserver(choose).observe(document.documentElement, { childList: true, subtree: true })

// What the server says is shown, unless a click meanwhile has asked for something else.
function follow(panel) {
  const { data } = panel
  const place = data.panel?.place ?? ""
  if (now.wanted !== undefined && now.wanted !== place && performance.now() < now.until) {
    if (now.sheet) show(panel, now.sheet)
    return
  }
  now.wanted = undefined
  if (data.panel) show(panel, data.panel)
  else shut(panel)
}

function want(panel, place) {
  now.wanted = place
  now.until = performance.now() + PATIENCE
}

function open(panel, turn, number, from) {
  const sheet = panel.data.ready[`${turn}-${number}`]
  if (!sheet || now.sheet?.place === sheet.place) return
  want(panel, sheet.place)
  show(panel, sheet)
  if (from && matchMedia(NARROW).matches) clear(panel, from)
}

// On a narrow window the panel must not cover what was clicked.
function clear(panel, from) {
  let scroller = panel.getRootNode().host
  while (scroller && getComputedStyle(scroller).overflowY !== "auto") scroller = scroller.parentElement
  const below = from.getBoundingClientRect().bottom + 12 - panel.getBoundingClientRect().top
  if (below > 0) scroller?.scrollBy(0, below)
}

function turnTo(panel, number) {
  if (number === null) return
  const { turn } = now.sheet
  open(panel, turn, number)
  panel.send("opened", { turn, number })
}

function close(panel) {
  const { turn, number } = now.sheet
  want(panel, "")
  shut(panel)
  panel.send("closed", true)
  // The keyboard goes back: to the marker, or to the card where there is none.
  const find = () => document.querySelector(`[data-press=open][data-turn="${turn}"][data-value="${number}"]`)
  const marker = find()
  if (marker) marker.focus({ preventScroll: true })
  else document.activeElement?.blur() // it is being drawn anew just now
  hold(marker ?? document.createElement("button"), find)
}

function shut(panel) {
  panel.hidden = true
  now.sheet = null
  choose()
  delete document.documentElement.dataset.reading
}

function pressed(panel, event) {
  const writing = event.composedPath()[0].matches("input, select")
  const act = {
    Escape: () => close(panel),
    ArrowLeft: () => turnTo(panel, now.sheet.previous),
    ArrowRight: () => turnTo(panel, now.sheet.next),
  }[event.key]
  if (!act || event.altKey || event.ctrlKey || event.metaKey) return
  if (writing && event.key !== "Escape") return
  event.preventDefault()
  event.stopPropagation()
  act()
}

// -- building -------------------------------------------------------------------------------

function build(parent) {
  const panel = make("section", "reader")
  panel.hidden = true
  panel.setAttribute("role", "region")
  const bar = make("div", "bar")
  bar.append(make("span", "position"), ...["previous", "next", "close"].map(button))
  bar.querySelector(".previous").textContent = "‹"
  bar.querySelector(".next").textContent = "›"
  bar.querySelector(".close").textContent = "×"
  const heading = make("h2", "heading")
  heading.dir = "auto"
  const facts = make("p", "facts")
  facts.dir = "auto"
  const head = make("div", "head")
  head.append(bar, heading, facts, make("div", "notes"))
  const text = make("div", "text")
  text.tabIndex = 0
  text.setAttribute("role", "region")
  const words = make("div", "words")
  text.append(make("div", "sheet"), words)
  const foot = make("div", "foot")
  const judge = make("span", "judge")
  judge.setAttribute("role", "group")
  judge.append(button("fits"), button("unfit"))
  foot.append(judge, button("copy"), button("original"))
  panel.append(head, pager(), text, foot, make("div", "marking"))
  parent.append(panel)
  keepInView(text)
  return panel
}

function pager() {
  const row = make("div", "pager")
  const number = make("input", "number")
  number.type = "number"
  number.min = 1
  const pages = make("span", "pages")
  pages.append(button("back"), number, make("span", "of"), button("forth"))
  const zooms = make("span", "zooms")
  zooms.append(button("smaller"), make("span", "zoom"), button("larger"))
  row.append(button("image"), pages, zooms)
  row.querySelector(".back").textContent = "‹"
  row.querySelector(".forth").textContent = "›"
  row.querySelector(".smaller").textContent = "−"
  row.querySelector(".larger").textContent = "+"
  return row
}

function button(name) {
  const node = make("button", name)
  node.type = "button"
  return node
}

function make(tag, name, text = "") {
  const node = document.createElement(tag)
  node.className = name
  node.textContent = text
  return node
}

// A button of one sign is named by its label, which the pointer sees too.
function wire(node, label, act, enabled = true) {
  node.setAttribute("aria-label", label)
  node.title = label
  node.disabled = !enabled
  node.onclick = act
}

function press(node, label, act, on) {
  node.textContent = label
  node.onclick = act
  node.setAttribute("aria-pressed", String(on))
}

// -- showing --------------------------------------------------------------------------------

function show(panel, sheet) {
  const { labels } = panel.data
  const find = (name) => panel.querySelector(`.${name}`)
  const opening = panel.hidden
  now.sheet = sheet
  choose()
  panel.hidden = false
  document.documentElement.dataset.reading = ""
  panel.setAttribute("aria-label", labels.reader)
  find("heading").textContent = sheet.heading
  find("heading").lang = sheet.language
  find("facts").textContent = sheet.facts
  find("position").textContent = sheet.position
  find("notes").replaceChildren(...sheet.notes.map((note) => make("p", "note", note)))
  wire(find("previous"), labels.previous, () => turnTo(panel, sheet.previous), sheet.previous !== null)
  wire(find("next"), labels.next, () => turnTo(panel, sheet.next), sheet.next !== null)
  wire(find("close"), labels.close, () => close(panel))
  picture(panel, sheet)
  foot(panel, sheet)
  mark(panel, sheet)
  fill(panel, sheet) // last, when the room for it is settled
  if (opening) find("text").focus({ preventScroll: true })
}

// The text, whole or what the page holds of it; the quote stays where it is when the rest comes.
function fill(panel, sheet) {
  const box = panel.querySelector(".text")
  const words = box.querySelector(".words")
  box.setAttribute("aria-label", panel.data.labels.text)
  words.lang = sheet.language
  const shown = `${sheet.place} ${sheet.start}`
  if (words.shown === shown) return
  const was = words.place === sheet.place ? top(box) : null
  lay(words, sheet)
  words.shown = shown
  words.place = sheet.place
  const settle = () => {
    const now = top(box)
    if (now === null) box.scrollTop = 0
    else if (was === null) bring(box, now)
    else box.scrollTop += now - was
  }
  if (box.clientHeight) settle()
  else requestAnimationFrame(settle)
}

// The quote, which begins at `from`, is scrolled to where it is read with what stands before it.
function bring(box, from) {
  box.scrollTop += from - Math.max(24, box.clientHeight / 4)
}

// A quote that was in view stays there when the window gets another width and the lines break anew.
function keepInView(box) {
  const begins = () => topOnImage(box) ?? top(box)
  const inView = () => {
    const from = begins()
    return from !== null && from >= 0 && from < 0.8 * box.clientHeight
  }
  let width = 0, seen = false
  box.addEventListener("scroll", () => { if (box.clientWidth === width) seen = inView() })
  new ResizeObserver(() => {
    if (width && box.clientWidth && box.clientWidth !== width && seen && !inView()) bring(box, begins())
    width = box.clientWidth
    seen = inView()
  }).observe(box)
}

// The quote itself stays the same piece of the page when the rest comes around it.
function lay(words, sheet) {
  const kept = words.place === sheet.place ? words.querySelector(".quote") : null
  const parts = sheet.parts.map((part) => part.kind === "quote" && kept ? kept : piece(part))
  const at = parts.indexOf(kept)
  if (at < 0) return words.replaceChildren(...parts)
  for (const node of [...words.childNodes]) if (node !== kept) node.remove()
  kept.before(...parts.slice(0, at))
  kept.after(...parts.slice(at + 1))
}

function piece(part) {
  if (part.kind === "text") return document.createTextNode(part.text)
  const node = make("mark", part.kind, part.text)
  node.lang = part.language
  node.dataset.number = part.number
  return node
}

// How far below the upper edge of the box the quote begins; null where none is shown.
function top(box) {
  const quote = box.querySelector(".quote")
  return quote && quote.getBoundingClientRect().top - box.getBoundingClientRect().top
}

// The same on the image of its page; null where that is not shown, or the quote not on it.
function topOnImage(box) {
  const image = box.querySelector("img.page")
  if (!image?.clientHeight || image.quote === null) return null
  return image.getBoundingClientRect().top - box.getBoundingClientRect().top + image.quote * image.clientHeight
}

// The page as an image, above the text; what the server has not said yet leaves things as they are.
function picture(panel, sheet) {
  const { labels } = panel.data
  const find = (name) => panel.querySelector(`.${name}`)
  const { picture } = sheet
  find("pager").hidden = !picture
  find("sheet").hidden = !picture?.wanted
  if (!picture) return
  const turn = (page) => {
    if (!(page >= 1 && page <= picture.pages)) return
    find("sheet").classList.add("waiting")
    panel.send("turned", page)
  }
  press(find("image"), labels.page_image, () => panel.send("pictured", true), picture.wanted)
  find("pages").hidden = find("zooms").hidden = !picture.wanted
  wire(find("back"), labels.page_back, () => turn(picture.page - 1), picture.page > 1)
  wire(find("forth"), labels.page_forth, () => turn(picture.page + 1), picture.page < picture.pages)
  find("of").textContent = picture.of
  const number = find("number")
  number.setAttribute("aria-label", labels.page_number)
  number.max = picture.pages
  number.value = picture.page
  number.onchange = () => turn(Number(number.value))
  wire(find("smaller"), labels.zoom_out, () => zoom(panel, -1))
  wire(find("larger"), labels.zoom_in, () => zoom(panel, 1))
  zoom(panel, 0)
  draw(panel, picture)
}

function draw(panel, picture) {
  const sheet = panel.querySelector(".sheet")
  const box = panel.querySelector(".text")
  sheet.classList.toggle("waiting", picture.waiting)
  if (!picture.source) {
    // The former page stays until the new one is drawn; another document's does not.
    if (sheet.document === picture.document) return
    sheet.document = picture.document
    sheet.source = ""
    return sheet.replaceChildren(make("p", "drawing", picture.alt))
  }
  if (sheet.source === picture.source) return
  const image = make("img", "page")
  image.alt = picture.alt
  image.quote = picture.top
  image.onload = () => {
    if (picture.top === null) box.scrollTop = 0
    else bring(box, topOnImage(box))
  }
  image.src = picture.source
  sheet.document = picture.document
  sheet.source = picture.source
  sheet.replaceChildren(image)
}

function zoom(panel, step) {
  const at = Math.min(Math.max(now.zoom + step, 0), ZOOMS.length - 1)
  const box = panel.querySelector(".text")
  const middle = (box.scrollTop + box.clientHeight / 2) * ZOOMS[at] / ZOOMS[now.zoom]
  now.zoom = at
  panel.style.setProperty("--zoom", ZOOMS[at])
  panel.querySelector(".zoom").textContent = ZOOMS[at].toLocaleString(document.documentElement.lang, { style: "percent" })
  panel.querySelector(".smaller").disabled = at === 0
  panel.querySelector(".larger").disabled = at === ZOOMS.length - 1
  if (step) box.scrollTop = middle - box.clientHeight / 2
}

function foot(panel, sheet) {
  const { labels } = panel.data
  const find = (name) => panel.querySelector(`.${name}`)
  find("foot").hidden = Boolean(sheet.marking) || !sheet.copied
  find("judge").hidden = !sheet.judged
  find("judge").setAttribute("aria-label", labels.fit)
  const judge = (fits) => () => {
    const given = sheet.judged.fits === fits ? null : fits
    sheet.judged.fits = given
    foot(panel, sheet)
    panel.send("judged", { turn: sheet.turn, number: sheet.number, fits: given })
  }
  press(find("fits"), labels.fit_yes, judge(true), sheet.judged?.fits === true)
  press(find("unfit"), labels.fit_no, judge(false), sheet.judged?.fits === false)
  const copying = find("copy")
  if (!copying.said) copying.textContent = labels.copy
  copying.title = sheet.copied
  copying.onclick = async () => {
    copying.textContent = await copy(panel, sheet.copied) ? labels.copy_done : labels.copy_failed
    document.dispatchEvent(new CustomEvent("belegt:say", { detail: copying.textContent }))
    clearTimeout(copying.said)
    copying.said = setTimeout(() => {
      copying.said = 0
      copying.textContent = panel.data.labels.copy
    }, SAID)
  }
  const original = find("original")
  original.textContent = labels.original
  original.hidden = !sheet.original
  original.onclick = () => panel.send("original", true)
  // The server has the file ready, behind a button of Streamlit's that nobody sees.
  if (sheet.handed && now.handed !== sheet.handed) {
    now.handed = sheet.handed
    later(() => document.querySelector(".st-key-original button"), (there) => there.click())
  }
}

// Does something with what is found, as soon as it is there.
function later(find, act, tries = 40) {
  const found = find()
  if (found) act(found)
  else if (tries) setTimeout(() => later(find, act, tries - 1), 50)
}

// The modern way needs a secure address or this machine; elsewhere a selection is copied.
async function copy(panel, text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = make("textarea", "copied", "")
    area.value = text
    panel.append(area)
    area.select()
    const done = document.execCommand("copy")
    area.remove()
    return done
  }
}

// -- marking --------------------------------------------------------------------------------

// While the right place is sought: the document to seek it in, and a button that takes what is
// selected, or what is highlighted while nothing is.
function mark(panel, sheet) {
  document.removeEventListener("selectionchange", panel.selecting)
  panel.selecting = null
  const words = panel.querySelector(".words")
  const row = panel.querySelector(".marking")
  const { marking } = sheet
  row.hidden = !marking
  if (!marking) return row.replaceChildren()
  const { labels } = panel.data
  const hint = make("p", "hint", labels.mark_hint)
  const take = make("button", "take")
  take.type = "button"
  // The selection must outlive the press.
  take.onpointerdown = take.onmousedown = (event) => event.preventDefault()
  take.onclick = () => panel.send("marked", selected(words, sheet.start) ?? { start: 0, text: "" })
  panel.selecting = () => {
    const some = sheet.start !== null && rangeIn(words) !== null
    take.textContent = some || !marking.highlighted ? labels.mark_take : labels.mark_take_highlighted
    take.disabled = !some && !marking.highlighted
  }
  document.addEventListener("selectionchange", panel.selecting, { signal: panel.listening.signal })
  panel.selecting()
  row.replaceChildren(chooser(panel, labels.mark_document, marking), hint, take)
}

function chooser(panel, label, { documents, document: open }) {
  const select = make("select", "documents")
  select.setAttribute("aria-label", label)
  select.append(...documents.map(([path, name]) => new Option(name, path, false, path === open)))
  select.onchange = () => panel.send("chosen", select.value)
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
