import { html } from 'hono/html'
import type { AppContext } from '../http/request-context.ts'
import { sharedText } from '../http/shared-answer.ts'
import { cardStyle, showPage } from './page-frame.ts'

/**
 * Asks only when the button is pressed, and says nothing of it to anybody but us. What was shown goes when the page is
 * left: others may sit at this computer next.
 */
const script = `const find = (id) => document.getElementById(id)
const [button, words, shown, heading, until, list] = ['look', 'words', 'shown', 'whose', 'until', 'courses'].map(find)
const question = words.textContent
const token = () => location.hash.slice(1)

function begin() {
  shown.hidden = true
  heading.textContent = until.textContent = ''
  list.replaceChildren()
  button.hidden = token() === ''
  button.disabled = false
  words.textContent = token() === '' ? 'This link is not whole. Copy all of it, up to its last character.' : question
}

const day = (time) => new Date(time).toLocaleDateString('en-US', { dateStyle: 'long' })
function hours(seconds) {
  const minutes = Math.round(seconds / 60)
  const parts = [[Math.floor(minutes / 60), 'hour'], [minutes % 60, 'minute']].filter(([count]) => count > 0)
  return parts.map(([count, unit]) => count + ' ' + unit + (count === 1 ? '' : 's')).join(' ') || 'less than a minute'
}
function add(parent, name, text) {
  const element = document.createElement(name)
  if (text !== undefined) element.textContent = text
  parent.append(element)
  return element
}

function show({ learner, recipientName, expiresAt, courses }) {
  heading.textContent = learner
  until.textContent = 'For ' + recipientName + ', until ' + day(expiresAt) + '.'
  for (const course of courses) {
    const item = add(list, 'li')
    add(item, 'h3', course.title)
    const facts = add(item, 'dl')
    const rows = [
      ['Progress', Math.floor(course.progress) + ' %'],
      ['Completed', course.completedAt ? day(course.completedAt) : 'Not yet'],
      ['Time spent', hours(course.timeSpentSeconds)],
    ]
    for (const [term, fact] of rows) {
      const row = add(facts, 'div')
      add(row, 'dt', term)
      add(row, 'dd', fact)
    }
  }
  if (courses.length === 0) add(list, 'li', 'There is nothing to show at the moment.')
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
    words.textContent = 'That did not work. Are you online? Try again.'
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
[hidden] { display: none; }
`

/** Knows of nobody: neither whose progress it is, nor whether the link leads anywhere. */
const body = html`
      <h1>Progress in courses</h1>
      <noscript><p>This page needs JavaScript.</p></noscript>
      <p id="words" role="status">Somebody lets you see how far they are. Each time you look is written down, and they can read it.</p>
      <button id="look" type="button" hidden>Show the progress</button>
      <section id="shown" aria-labelledby="whose" hidden>
        <h2 id="whose" tabindex="-1"></h2>
        <p id="until"></p>
        <ul id="courses"></ul>
      </section>
      <script src="shared.js"></script>`

/** The same for everybody, and yet kept by nobody: whoever sits at this computer next is to find no trace of it. */
export const showSharedPage = (c: AppContext) =>
  showPage(c, { title: 'Progress in courses', style, body, hasScript: true })
