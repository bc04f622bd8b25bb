// The language of the page, the one place from which screen readers hear news, and the scrolling
// to a new question: Streamlit goes to the end of the page, but an answer is read from its start.
export default function ({ parentElement, data }) {
  if (data.language) {
    document.documentElement.lang = data.language
    watch()
  }
  if (data.turn && parentElement.turn !== data.turn) bring(`#turn-${data.turn}`)
  parentElement.turn = data.turn
  if (data.said === undefined) return
  const region = parentElement.querySelector("[role=status]") ?? build(parentElement)
  // What another part of the page has said meanwhile is not overwritten by the same news.
  if (region.said !== data.said) region.textContent = region.said = data.said
}

// Again and again while the page still grows, unless a person has taken over meanwhile.
function bring(name) {
  const taken = new AbortController()
  for (const event of ["wheel", "touchstart", "pointerdown", "keydown"]) {
    addEventListener(event, () => taken.abort(), { signal: taken.signal, passive: true })
  }
  for (const delay of [0, 150, 400, 800, 1500]) {
    setTimeout(() => taken.signal.aborted || document.querySelector(name)?.scrollIntoView(), delay)
  }
  setTimeout(() => taken.abort(), 1600)
}

function build(parent) {
  const region = document.createElement("div")
  region.setAttribute("role", "status")
  parent.append(region)
  document.addEventListener("belegt:say", ({ detail }) => { region.textContent = detail })
  return region
}

// Streamlit's area to drop files on says that it is only there for looks, and yet has a name and can
// be focused: a group may have both.
const DROP = '[data-testid="stFileUploaderDropzone"][role="presentation"]'
let watching = false
function watch() {
  if (watching) return
  watching = true
  const mend = () => document.querySelectorAll(DROP).forEach((area) => area.setAttribute("role", "group"))
  new MutationObserver(mend).observe(document.body, { childList: true, subtree: true })
  mend()
}
