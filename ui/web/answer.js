// An answer with its markers as real buttons. Text reaches the page as text nodes only.
const WAIT = 4000 // ms for the document to come on a busy machine
const SETTLE = 800 // ms for the layout to come to rest once it moves
export default function ({ parentElement, data, setTriggerValue }) {
  let box = parentElement.querySelector(".answer")
  if (!box) {
    box = document.createElement("div")
    box.className = "answer"
    parentElement.append(box)
  }
  // Built anew only when the text is another one, so that a focused marker keeps its focus.
  const text = JSON.stringify(data.parts)
  if (box.shown !== text) {
    box.replaceChildren(...data.parts.flatMap(elements))
    box.shown = text
  }
  box.lang = data.language
  for (const button of box.querySelectorAll("button")) {
    const number = Number(button.dataset.number)
    button.setAttribute("aria-label", data.names[number])
    button.title = data.names[number]
    if (number === data.current) button.setAttribute("aria-current", "true")
    else button.removeAttribute("aria-current")
    button.onclick = () => {
      hold(button, parentElement)
      setTriggerValue("opened", number)
    }
  }
  for (const tag of box.querySelectorAll(".unsupported")) tag.dataset.tag = data.unsupported
  // Closing the document hands the focus back to the marker that had opened it.
  if (data.focus && data.focus.nonce !== box.focused) {
    box.focused = data.focus.nonce
    box.querySelector(`[data-number="${data.focus.number}"]`)?.focus({ preventScroll: true })
  }
}

// Opening a document makes the column narrower; the marker that was clicked stays where it is.
function hold(button, root) {
  let scroller = root.host
  while (scroller && getComputedStyle(scroller).overflowY !== "auto") scroller = scroller.parentElement
  if (!scroller) return
  const top = button.getBoundingClientRect().top
  let until = performance.now() + WAIT
  let moved = false
  const stay = () => {
    if (performance.now() > until) return
    const off = button.getBoundingClientRect().top - top
    if (Math.abs(off) >= 1 && !moved) {
      moved = true
      until = performance.now() + SETTLE
    }
    scroller.scrollTop += off
    requestAnimationFrame(stay)
  }
  // Whoever scrolls meanwhile is let go.
  for (const name of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    addEventListener(name, () => { until = 0 }, { once: true, passive: true })
  }
  stay()
}

function elements(part, at, parts) {
  if (part.kind === "marker" && parts[at - 1]?.kind === "text") return []
  if (part.kind !== "text" || parts[at + 1]?.kind !== "marker") return [element(part)]
  // No line may begin with a lone marker: the last word before it comes along.
  const tail = part.text.match(/\S*\s?$/)[0]
  const together = document.createElement("span")
  together.className = "together"
  together.append(tail, element(parts[at + 1]))
  return [document.createTextNode(part.text.slice(0, -tail.length || undefined)), together]
}

function element(part) {
  if (part.kind === "text") return document.createTextNode(part.text)
  const node = document.createElement(part.kind === "marker" ? "button" : "span")
  node.className = part.kind
  node.textContent = part.kind === "marker" ? part.number : part.text
  if (part.kind === "marker") {
    node.type = "button"
    node.dataset.number = part.number
  }
  if (part.language) {
    node.lang = part.language
    node.dir = "auto"
  }
  return node
}
