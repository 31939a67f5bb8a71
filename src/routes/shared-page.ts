import { html } from 'hono/html'
import { answerIn } from '../http/language.ts'
import type { AppContext } from '../http/request-context.ts'
import { sharedText } from '../http/shared-answer.ts'
import { cardStyle, showPage } from './page-frame.ts'
import { type SharedWords, sharedWords } from './shared-words.ts'

/**
 * Asks only when the button is pressed, and says nothing of it to anybody but us. What was shown goes when the page is
 * left: others may sit at this computer next.
 */
const script = `const find = (id) => document.getElementById(id)
const [button, words, shown, heading, until, list] = ['look', 'words', 'shown', 'whose', 'until', 'courses'].map(find)
const question = words.textContent
const said = JSON.parse(shown.dataset.words)
const token = () => location.hash.slice(1)

function begin() {
  shown.hidden = true
  heading.textContent = until.textContent = ''
  list.replaceChildren()
  button.hidden = token() === ''
  button.disabled = false
  words.textContent = token() === '' ? said.incomplete : question
}

const day = (time) => new Date(time).toLocaleDateString(said.locale, { dateStyle: 'long' })
function hours(seconds) {
  const minutes = Math.round(seconds / 60)
  const parts = [[Math.floor(minutes / 60), said.hour, said.hours], [minutes % 60, said.minute, said.minutes]].filter(([count]) => count > 0)
  return parts.map(([count, one, many]) => count + ' ' + (count === 1 ? one : many)).join(' ') || said.moment
}
function add(parent, name, text) {
  const element = document.createElement(name)
  if (text !== undefined) element.textContent = text
  parent.append(element)
  return element
}

function show({ learner, recipientName, expiresAt, courses }) {
  heading.textContent = learner
  until.textContent = said.until.split('{day}').join(day(expiresAt)).split('{name}').join(recipientName)
  for (const course of courses) {
    const item = add(list, 'li')
    add(item, 'h3', course.title)
    const facts = add(item, 'dl')
    const rows = [
      [said.progress, Math.floor(course.progress) + ' %'],
      [said.completed, course.completedAt ? day(course.completedAt) : said.notYet],
      [said.timeSpent, hours(course.timeSpentSeconds)],
    ]
    for (const [term, fact] of rows) {
      const row = add(facts, 'div')
      add(row, 'dt', term)
      add(row, 'dd', fact)
    }
  }
  if (courses.length === 0) add(list, 'li', said.nothing)
  button.hidden = true
  words.textContent = ''
  shown.hidden = false
  heading.focus()
}

button.addEventListener('click', async () => {
  button.disabled = true
  try {
    const answer = await fetch(location.pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: token() }),
      credentials: 'omit',
      cache: 'no-store',
    })
    const body = await answer.json()
    if (answer.ok) show(body)
    else {
      words.textContent = body.error.message
      button.hidden = answer.status === 404
    }
  } catch {
    words.textContent = said.failed
  }
  button.disabled = false
})
addEventListener('hashchange', begin)
addEventListener('pagehide', begin)
begin()
`

export const sharedScript = sharedText(script, 'text/javascript; charset=utf-8')

const style = `${cardStyle}
h2 { font-size: 1.25rem; margin: 0; }
h2, h3, p { overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 0 0 0.25rem; }
ul { list-style: none; margin: 1rem 0 0; padding: 0; }
li { border-top: 1px solid #98a2b3; padding: 0.75rem 0; }
dl { margin: 0; }
dl div { display: flex; flex-wrap: wrap; gap: 0 0.5rem; }
dt { font-weight: normal; min-width: 7rem; }
dd { margin: 0; }
`

/** Knows of nobody: neither whose progress it is, nor whether the link leads anywhere. */
const bodyIn = ({ title, needsScript, question, button, script: said }: SharedWords) => html`
      <h1>${title}</h1>
      <noscript><p>${needsScript}</p></noscript>
      <p id="words" role="status">${question}</p>
      <button id="look" type="button" hidden>${button}</button>
      <section id="shown" aria-labelledby="whose" data-words="${JSON.stringify(said)}" hidden>
        <h2 id="whose" tabindex="-1"></h2>
        <p id="until"></p>
        <ul id="courses"></ul>
      </section>
      <script src="shared.js"></script>`

/** The same for all who read the same, and yet kept by nobody: whoever sits at this computer next is to find no trace of it. */
export function showSharedPage(c: AppContext) {
  const language = answerIn(c)
  const words = sharedWords[language]
  return showPage(c, { language, title: words.title, style, body: bodyIn(words), hasScript: true })
}
