// The stored conversations: one line each, the open one set off, and one menu for all of them that
// opens beside its line. Text reaches the page as text nodes only.
const MARGIN = 8 // px between the menu and the edge of the window

export default function ({ parentElement, data, setTriggerValue }) {
  const box = parentElement.querySelector(".chats") ?? build(parentElement)
  box.data = data
  box.send = setTriggerValue
  const rows = new Map([...box.list.children].map((row) => [row.dataset.id, row]))
  const wanted = data.chats.map((chat) => fill(box, rows.get(chat.id) ?? row(box), chat))
  // Nothing is moved that stands where it should, so that a focused button keeps its focus.
  const focused = box.getRootNode().activeElement
  if (wanted.some((one, at) => one !== box.list.children[at]) || wanted.length < rows.size) {
    box.list.replaceChildren(...wanted)
    if (box.contains(focused)) focused.focus({ preventScroll: true })
  }
  if (box.chat && !data.chats.some(({ id }) => id === box.chat)) box.menu.hidePopover()
}

function build(parent) {
  const box = make("div", "chats")
  box.list = make("ul", "list")
  box.menu = menu(box)
  box.append(box.list, box.menu)
  parent.append(box)
  return box
}

function row(box) {
  const line = make("li", "row")
  const open = button("open")
  open.append(document.createElement("bdi"))
  const more = button("more")
  more.textContent = "⋮"
  more.setAttribute("aria-haspopup", "dialog")
  open.onclick = () => box.send("opened", line.dataset.id)
  more.onclick = () => unfold(box, line.dataset.id, more)
  line.append(open, more)
  return line
}

function fill(box, line, chat) {
  const { labels, here } = box.data
  const [open, more] = line.children
  line.dataset.id = chat.id
  line.classList.toggle("here", chat.id === here)
  open.firstChild.textContent = chat.title
  open.title = chat.id === here ? labels.chat_here : ""
  if (chat.id === here) open.setAttribute("aria-current", "true")
  else open.removeAttribute("aria-current")
  more.hidden = !chat.kept
  more.title = labels.chat_more
  more.setAttribute("aria-label", labels.chat_more)
  more.setAttribute("aria-expanded", String(box.chat === chat.id))
  return line
}

// -- the menu -------------------------------------------------------------------------------

function menu(box) {
  const panel = make("div", "menu")
  panel.popover = "auto"
  panel.setAttribute("role", "dialog")
  const label = make("label", "label")
  const field = make("input", "title")
  field.type = "text"
  field.maxLength = 200
  field.onchange = () => box.send("renamed", { id: field.dataset.id, title: field.value })
  label.append(document.createElement("span"), field)
  const remove = button("delete")
  // What cannot be had back takes a second click, and no double-click.
  remove.onclick = ({ detail }) => {
    if (detail > 1) return
    if (!remove.asked) {
      remove.asked = true
      remove.textContent = box.data.labels.chat_delete_sure
      return
    }
    box.send("deleted", field.dataset.id)
    panel.hidePopover()
  }
  panel.append(label, make("p", "note"), remove)
  panel.ontoggle = ({ newState }) => {
    if (newState === "open") return
    box.chat = null
    for (const more of box.list.querySelectorAll(".more")) more.setAttribute("aria-expanded", "false")
  }
  return panel
}

function unfold(box, id, more) {
  const { labels, chats } = box.data
  const { menu } = box
  const [label, note, remove] = menu.children
  const [name, field] = label.children
  const chat = chats.find((one) => one.id === id)
  box.chat = id
  menu.setAttribute("aria-label", `${labels.chat_more}: ${chat.title}`)
  name.textContent = labels.chat_title
  field.dataset.id = id
  field.value = chat.name
  note.textContent = labels.chat_delete_note
  remove.asked = false
  remove.textContent = labels.chat_delete
  menu.showPopover()
  more.setAttribute("aria-expanded", "true")
  place(menu, more)
  field.focus()
}

function place(menu, more) {
  const at = more.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = menu
  menu.style.left = `${Math.max(MARGIN, Math.min(at.left, innerWidth - width - MARGIN))}px`
  menu.style.top = `${Math.max(MARGIN, Math.min(at.bottom + 2, innerHeight - height - MARGIN))}px`
}

function button(name) {
  const node = make("button", name)
  node.type = "button"
  return node
}

function make(tag, name) {
  const node = document.createElement(tag)
  node.className = name
  return node
}
