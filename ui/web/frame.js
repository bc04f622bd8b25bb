// The language of the page, the one place from which screen readers hear news, and the scrolling
// to a new question: Streamlit goes to the end of the page, but an answer is read from its start.
export default function ({ parentElement, data }) {
  if (data.language) document.documentElement.lang = data.language
  if (data.turn && parentElement.turn !== data.turn) {
    parentElement.turn = data.turn
    for (const delay of [0, 150, 400]) {
      setTimeout(() => document.querySelector(`.st-key-${data.turn}`)?.scrollIntoView(), delay)
    }
  }
  if (data.said === undefined) return
  let region = parentElement.querySelector("[role=status]")
  if (!region) {
    region = document.createElement("div")
    region.setAttribute("role", "status")
    parentElement.append(region)
    document.addEventListener("belegt-say", ({ detail }) => { region.textContent = detail })
  }
  if (region.textContent !== data.said) region.textContent = data.said
}
