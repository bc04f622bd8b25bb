// Copies the address of this page with other parameters, and says how that went. Where the browser
// does not let a page copy, the address is shown, selected, to be copied by hand.
export default function ({ parentElement, data }) {
  const box = parentElement.querySelector(".link") ?? build(parentElement)
  const [button, said, field] = ["button", "p", "input"].map((name) => box.querySelector(name))
  const say = (text) => {
    said.textContent = text
    document.dispatchEvent(new CustomEvent("belegt:say", { detail: text }))
  }
  button.textContent = data.label
  field.setAttribute("aria-label", data.labels.share_link_address)
  const address = new URL(location.href)
  address.search = new URLSearchParams(data.address)
  address.hash = ""
  if (field.value !== address.href) {
    field.value = address.href
    field.hidden = true
    said.textContent = ""
  }
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(address.href)
      say(data.labels.share_copied)
    } catch {
      say(data.labels.share_by_hand)
      field.hidden = false
      field.select()
    }
  }
}

function build(parent) {
  const box = document.createElement("div")
  box.className = "link"
  const button = document.createElement("button")
  button.type = "button"
  const said = document.createElement("p")
  const field = document.createElement("input")
  field.readOnly = true
  field.hidden = true
  box.append(button, said, field)
  parent.append(box)
  return box
}
