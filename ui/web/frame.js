// The language of the page, the one place from which screen readers hear news, and the scrolling
// to a new question: Streamlit goes to the end of the page, but an answer is read from its start.
export default function ({ parentElement, data }) {
  if (data.language) {
    document.documentElement.lang = data.language
    labels = data.labels
    watch()
    mend()
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

// On a narrow window the sidebar lies over the page, and what was chosen in it is to be seen.
const NARROW = "(max-width: 768px)" // as Streamlit has it
const CHOICES = '[data-testid="stSidebarNavLink"], .chats .open, .st-key-new button'
document.addEventListener("click", (event) => {
  if (!matchMedia(NARROW).matches || !event.composedPath().some((node) => node.matches?.(CHOICES))) return
  setTimeout(() => document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click())
})

function build(parent) {
  const region = document.createElement("div")
  region.setAttribute("role", "status")
  parent.append(region)
  document.addEventListener("belegt:say", ({ detail }) => { region.textContent = detail })
  return region
}

// Streamlit speaks English only: the names of its buttons, and two words that can be read.
const NAMES = {
  stream_send: '[data-testid="stChatInputSubmitButton"]',
  stream_shut: '[data-testid="stSidebarCollapseButton"] button',
  stream_open: '[data-testid="stExpandSidebarButton"]',
  stream_add: '[data-testid="stFileUploader"] [data-testid="stBaseButton-borderlessIcon"]',
}
const TEXTS = {
  stream_skip: '[data-testid="stSkipToContent"]',
  stream_upload: '[data-testid="stFileUploaderDropzone"] [data-testid="stBaseButton-secondary"] p',
}
// Of a chosen file; the name that the file has stands behind the first word.
const REMOVE = '[data-testid="stFileUploader"] [data-testid="stBaseButton-minimal"]'
// Its area to drop files on says that it is only there for looks, and yet has a name and can be
// focused: a group may have both.
const DROP = '[data-testid="stFileUploaderDropzone"][role="presentation"]'
let labels = {}
let watching = false
function watch() {
  if (watching) return
  watching = true
  new MutationObserver(mend).observe(document.body, { childList: true, subtree: true })
}

function mend() {
  document.querySelectorAll(DROP).forEach((area) => area.setAttribute("role", "group"))
  for (const [name, found] of Object.entries(NAMES)) {
    document.querySelectorAll(found).forEach((node) => { node.ariaLabel = labels[name] })
  }
  for (const button of document.querySelectorAll(REMOVE)) {
    button.file ??= button.ariaLabel.replace("Remove ", "")
    button.ariaLabel = labels.stream_remove.replace("{file}", button.file)
  }
  // The words change inside their node, which stays Streamlit's own.
  for (const [name, found] of Object.entries(TEXTS)) {
    document.querySelectorAll(found).forEach(({ firstChild }) => {
      if (firstChild && firstChild.data !== labels[name]) firstChild.data = labels[name]
    })
  }
}
