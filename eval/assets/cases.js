// The browser of cases: filters, a list worst first, and what a case opens to. Runs in the report and
// as a part of the page. Text reaches the document as text nodes only.
const STEP = 50

export default function ({ parentElement, data, setTriggerValue }) {
  const known = parentElement.querySelector(".cases")
  if (known && known.shown === data.version) return
  const box = make("div", "cases")
  box.shown = data.version
  box.lang = data.language
  data.cases.forEach((one, at) => { one.at = at })
  const state = { outcome: "", flag: false, text: "", language: "", direction: "", tag: "", count: STEP }
  const open = data.labels.case_open && ((id) => setTriggerValue("opened", id))
  const list = make("ul", "list")
  const status = make("p", "note")
  status.setAttribute("role", "status")
  const more = button(data.labels.case_more, () => { state.count += STEP; show() })
  const filters = make("div", "filters")
  const fields = make("div", "filters")

  function show() {
    const found = data.cases.filter((one) => wanted(one, state))
    const now = found.slice(0, state.count)
    // Those that are shown already stay as they are, opened or not.
    const kept = new Map([...list.children].map((item) => [item.number, item]))
    list.replaceChildren(...now.map((one) => kept.get(one.at) ?? line(one, data, open)))
    const counts = data.labels.case_shown
    status.textContent = found.length
      ? counts.replace("{shown}", number(now.length, data)).replace("{total}", number(found.length, data))
      : data.labels.case_none
    more.hidden = found.length <= state.count
    for (const chip of filters.children) {
      const pressed = chip.flag ? state.flag : !state.flag && chip.value_ === state.outcome
      chip.setAttribute("aria-pressed", String(pressed))
    }
  }

  function change(values) {
    Object.assign(state, values, { count: STEP })
    show()
  }

  const total = data.outcomes.reduce((sum, [, , n]) => sum + n, 0)
  for (const [name, label, n] of [["", data.labels.case_all, total], ...data.outcomes]) {
    filters.append(chip(name, `${label} ${number(n, data)}`, () => change({ outcome: name, flag: false })))
  }
  const lacking = data.cases.filter((one) => one.flag).length
  if (lacking) {
    const words = `${data.labels.case_words_missing} ${number(lacking, data)}`
    const item = chip("", words, () => change({ outcome: "", flag: true }))
    item.flag = true
    filters.append(item)
  }
  const search = make("input")
  search.type = "search"
  search.placeholder = data.labels.case_search
  search.setAttribute("aria-label", data.labels.case_search)
  search.oninput = () => change({ text: search.value.trim().toLowerCase() })
  fields.append(search)
  const tags = Object.fromEntries([...new Set(data.cases.flatMap((one) => one.tags))].sort().map((tag) => [tag, tag]))
  for (const [key, values] of [["language", data.languages], ["direction", data.directions], ["tag", tags]]) {
    if (Object.keys(values).length > 1) fields.append(choice(key, values, data, (value) => change({ [key]: value })))
  }
  if (data.worst) {
    const worst = make("ol", "list")
    worst.append(...data.cases.slice(0, data.worst).map((one) => line(one, data, open)))
    box.append(make("h3", "", data.labels.case_worst), worst, make("h3", "", data.labels.case_every))
  }
  box.append(filters, fields, status, list, more)
  if (data.note) box.append(make("p", "note", data.note))
  known?.remove()
  parentElement.append(box)
  show()
}

function wanted(one, state) {
  return (!state.outcome || one.outcome === state.outcome)
    && (!state.flag || one.flag)
    && (!state.language || one.language === state.language)
    && (!state.direction || one.direction === state.direction)
    && (!state.tag || one.tags.includes(state.tag))
    && (!state.text || `${one.id}\n${one.question}`.toLowerCase().includes(state.text))
}

function line(one, data, open) {
  const item = make("li")
  item.number = one.at
  const box = make("details", "case")
  const head = make("summary")
  const outcome = make("span", "outcome")
  const dot = make("span", `chip o-${one.outcome}`)
  dot.setAttribute("aria-hidden", "true")
  outcome.append(dot, data.outcomes.find(([name]) => name === one.outcome)[1])
  const facts = [one.id, data.directions[one.direction] ?? data.languages[one.language], ...one.tags, one.confidence]
  if (one.flag) facts.push(data.labels.case_words_missing)
  const small = make("span", "facts")
  facts.filter(Boolean).forEach((fact, at) => small.append(at ? " · " : "", make("bdi", "", fact)))
  const question = make("bdi", "", one.question)
  question.lang = one.language
  head.append(outcome, question, small)
  box.append(head)
  box.ontoggle = () => {
    if (box.open && box.children.length === 1) box.append(inside(one, data, open))
  }
  item.append(box)
  return item
}

function inside(one, data, open) {
  const words = data.labels
  const box = make("div", "inside")
  const detail = data.details[one.at]
  if (!detail) {
    box.append(make("p", "note", words.case_no_detail))
    return box
  }
  if (detail.history.length) box.append(before(detail, words))
  const sides = make("div", "sides")
  sides.append(reply(detail, words), expected(detail, words))
  box.append(sides)
  if (detail.passages.length) box.append(found(detail, data))
  if (open && detail.status !== "failed") {
    const go = button(words.case_open, () => open(one.id))
    go.classList.add("open")
    box.append(go)
  }
  return box
}

function before(detail, words) {
  const box = make("div")
  box.append(make("h3", "", words.case_before))
  for (const [question, answer] of detail.history) {
    box.append(paragraph("strong", question), paragraph("span", answer))
  }
  return box
}

function reply(detail, words) {
  const box = make("div")
  box.append(make("h3", "", words.case_reply))
  if (detail.status === "failed") {
    box.append(make("p", "", words.case_failed), make("p", "source", detail.error))
    return box
  }
  const refused = detail.status === "not_in_documents"
  const text = make("p", refused ? "reply refusal" : "reply", detail.text)
  text.lang = detail.spoken
  text.dir = "auto"
  box.append(text)
  for (const one of detail.citations) {
    const verdict = one.on === null ? "" : one.on ? words.case_on_gold : words.case_off_gold
    const quote = make("blockquote", one.on === null ? "" : one.on ? "on" : "off", one.quote)
    quote.lang = one.language
    quote.dir = "auto"
    const source = make("p", "source")
    source.append(`[${one.number}] `, make("bdi", "", one.title), verdict ? ` · ${verdict}` : "")
    box.append(quote, source)
  }
  return box
}

function expected(detail, words) {
  const box = make("div")
  box.append(make("h3", "", words.case_expected))
  if (!detail.answerable) {
    box.append(make("p", "refusal", words.case_expected_refusal))
    return box
  }
  for (const one of detail.evidence) {
    const quote = make("blockquote", "on", one.quote || one.place)
    quote.dir = "auto"
    box.append(quote, make("p", "source", `${one.document} · ${one.place}`))
  }
  if (detail.answers.length) {
    box.append(make("p", "", words.case_expected_words))
    const list = make("ul", "answers")
    for (const entry of detail.answers) list.append(make("li", "", entry.join(" + ")))
    box.append(list)
  }
  const rank = detail.rank === null ? words.case_not_found : words.case_rank.replace("{rank}", detail.rank)
  if (detail.passages.length) box.append(make("p", "note", rank))
  return box
}

function found(detail, data) {
  const box = make("div")
  box.append(make("h3", "", data.labels.case_found))
  const list = make("ol", "passages")
  detail.passages.forEach((hit, at) => {
    const passage = data.passages[hit.passage]
    const item = make("li")
    const body = make("div")
    const source = make("p", "source")
    source.append(make("bdi", "", [passage.document, passage.heading].filter(Boolean).join(" · ")))
    source.append(` · ${score(hit.score, data)}`)
    if (hit.marks.length) source.append(make("span", "badge", data.labels.case_gold))
    if (hit.cited) source.append(make("span", "badge", data.labels.case_cited))
    body.append(source, marked(passage, hit.marks))
    item.append(make("span", "", `${at + 1}.`), body)
    list.append(item)
  })
  box.append(list)
  return box
}

function marked(passage, marks) {
  const box = make("div", "text")
  box.lang = passage.language
  box.dir = "auto"
  box.tabIndex = 0
  let at = 0
  for (const [start, end] of marks) {
    box.append(passage.text.slice(at, start), make("mark", "", passage.text.slice(start, end)))
    at = end
  }
  box.append(passage.text.slice(at))
  return box
}

function choice(key, values, data, act) {
  const label = make("label", "", data.labels[`case_${key}`])
  const select = make("select")
  for (const [value, text] of [["", data.labels.case_any], ...Object.entries(values)]) {
    const option = make("option", "", text)
    option.value = value
    select.append(option)
  }
  select.onchange = () => act(select.value)
  label.append(select)
  return label
}

function chip(name, text, act) {
  const made = button(text, act)
  made.value_ = name
  return made
}

function button(text, act) {
  const made = make("button", "", text)
  made.type = "button"
  made.onclick = act
  return made
}

function paragraph(tag, text) {
  const made = make("p")
  const inner = make(tag, "", text)
  inner.dir = "auto"
  made.append(inner)
  return made
}

function make(tag, name = "", text = "") {
  const made = document.createElement(tag)
  if (name) made.className = name
  made.textContent = text
  return made
}

function score(value, data) {
  return value.toLocaleString(data.language, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
}

function number(value, data) {
  return value.toLocaleString(data.language)
}
