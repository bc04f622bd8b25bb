// The language of the page and the one place from which screen readers hear news.
export default function ({ parentElement, data }) {
  if (data.language) document.documentElement.lang = data.language
  if (data.said === undefined) return
  let region = parentElement.querySelector("[role=status]")
  if (!region) {
    region = document.createElement("div")
    region.setAttribute("role", "status")
    parentElement.append(region)
  }
  if (region.textContent !== data.said) region.textContent = data.said
}
