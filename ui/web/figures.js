// Builds a tree of elements that Python has described ([tag, attributes, children]). Text reaches the
// page as text nodes only; tags and attributes that can do something are not built (eval/markup.py).
const NEVER = /^(script|style|iframe|object|embed|link|meta|base|form|a|img)$/i

export default function ({ parentElement, data }) {
  const text = JSON.stringify(data.tree)
  const known = parentElement.querySelector(".figures")
  if (known && known.shown === text) return
  const box = document.createElement("div")
  box.className = "figures"
  box.shown = text
  box.append(build(data.tree, data.drawing))
  known?.remove()
  parentElement.append(box)
}

function build(tree, drawing, drawn = false) {
  if (typeof tree === "string") return document.createTextNode(tree)
  const [tag, attributes, children] = tree
  if (NEVER.test(tag)) throw new Error(tag)
  const inside = drawn || tag === "svg"
  const made = inside ? document.createElementNS(drawing, tag) : document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (/^on|href|src|style/i.test(name)) throw new Error(name)
    made.setAttribute(name, value)
  }
  made.append(...children.map((child) => build(child, drawing, inside)))
  return made
}
