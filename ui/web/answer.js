// An answer with its markers as real buttons. Text reaches the page as text nodes only.
export default function ({ parentElement, data }) {
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
  const markers = [...box.querySelectorAll("button")]
  for (const button of markers) {
    const number = Number(button.dataset.number)
    button.setAttribute("aria-label", data.names[number])
    button.title = data.names[number]
    button.onclick = () => tell("belegt:open", { turn: data.turn, number, from: button })
  }
  for (const tag of box.querySelectorAll(".tag")) tag.textContent = data.unsupported
  choose(markers, data.current)
  // What is opened or shut here is seen at once; the server says the same a little later.
  box.listening?.abort()
  box.listening = new AbortController()
  const { signal } = box.listening
  document.addEventListener("belegt:open", ({ detail }) => {
    choose(markers, detail.turn === data.turn ? detail.number : null)
  }, { signal })
  document.addEventListener("belegt:close", ({ detail }) => {
    choose(markers, null)
    if (detail.turn !== data.turn) return
    markers.find(({ dataset }) => Number(dataset.number) === detail.number)?.focus({ preventScroll: true })
  }, { signal })
  return () => box.listening.abort()
}

function tell(event, detail) {
  document.dispatchEvent(new CustomEvent(event, { detail }))
}

function choose(markers, current) {
  for (const button of markers) {
    if (Number(button.dataset.number) === current) button.setAttribute("aria-current", "true")
    else button.removeAttribute("aria-current")
  }
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
  if (part.kind === "unsupported") {
    const tag = document.createElement("span")
    tag.className = "tag"
    node.append(" ", tag)
  }
  if (part.language) {
    node.lang = part.language
    node.dir = "auto"
  }
  return node
}
