// An answer with its markers as real buttons. Text reaches the page as text nodes only.
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
    box.replaceChildren(...data.parts.map((part) => element(part)))
    box.shown = text
  }
  box.lang = data.language
  for (const button of box.querySelectorAll("button")) {
    const number = Number(button.dataset.number)
    button.setAttribute("aria-label", data.names[number])
    button.title = data.names[number]
    if (number === data.current) button.setAttribute("aria-current", "true")
    else button.removeAttribute("aria-current")
    button.onclick = () => setTriggerValue("opened", number)
  }
  for (const tag of box.querySelectorAll(".unsupported")) tag.dataset.tag = data.unsupported
  // Closing the document hands the focus back to the marker that had opened it.
  if (data.focus && data.focus.nonce !== box.focused) {
    box.focused = data.focus.nonce
    box.querySelector(`[data-number="${data.focus.number}"]`)?.focus({ preventScroll: true })
  }
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
