import { html } from 'hono/html'
import { privatePage } from '../http/private-page.ts'
import type { AppContext } from '../http/request-context.ts'
import { sharedText } from '../http/shared-answer.ts'
import { policyForButton } from './page-policy.ts'

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

/** Knows of nobody: neither whose progress it is, nor whether the link leads anywhere. */
const page = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex, nofollow" />
    <meta name="referrer" content="no-referrer" />
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" href="data:," />
    <title>Progress in courses</title>
    <style>
      body { font: 18px/1.5 system-ui, sans-serif; color: #1d2939; background: #f2f4f7; margin: 0; }
      main { max-width: 36rem; margin: 8vh auto; padding: 1.5rem; background: #fff; border-radius: 8px; }
      h1 { font-size: 1.4rem; margin: 0 0 1rem; }
      h2 { font-size: 1.25rem; margin: 0; overflow-wrap: anywhere; }
      h2:focus-visible, button:focus-visible { outline: 3px solid #175cd3; outline-offset: 2px; }
      h3 { font-size: 1rem; margin: 0 0 0.25rem; overflow-wrap: anywhere; }
      p { overflow-wrap: anywhere; }
      ul { list-style: none; margin: 1rem 0 0; padding: 0; }
      li { border-top: 1px solid #d0d5dd; padding: 0.75rem 0; }
      dl { margin: 0; }
      dl div { display: flex; flex-wrap: wrap; gap: 0 0.5rem; }
      dt { color: #475467; min-width: 7rem; }
      dd { margin: 0; }
      button { font: inherit; font-weight: bold; color: #fff; background: #175cd3; border: 0; border-radius: 8px; padding: 0.75rem 1.5rem; }
      @media (max-width: 40rem) { main { margin: 0; border-radius: 0; min-height: 100vh; box-sizing: border-box; } }
      @media (prefers-color-scheme: dark) {
        body { color: #eaecf0; background: #0c111d; }
        main { background: #161b26; }
        li { border-color: #475467; }
        dt { color: #cecfd2; }
        h2:focus-visible, button:focus-visible { outline-color: #84adff; }
      }
      @media print { button { display: none; } }
      [hidden] { display: none; }
    </style>
  </head>
  <body>
    <main>
      <h1>Progress in courses</h1>
      <noscript><p>This page needs JavaScript.</p></noscript>
      <p id="words" role="status">Somebody lets you see how far they are. Each time you look is written down, and they can read it.</p>
      <button id="look" type="button" hidden>Show the progress</button>
      <section id="shown" aria-labelledby="whose" hidden>
        <h2 id="whose" tabindex="-1"></h2>
        <p id="until"></p>
        <ul id="courses"></ul>
      </section>
      <script src="shared.js"></script>
    </main>
  </body>
</html>`

/** The same for everybody, and yet kept by nobody: whoever sits at this computer next is to find no trace of it. */
export function showSharedPage(c: AppContext) {
  c.header('Content-Security-Policy', policyForButton)
  c.header('X-Robots-Tag', 'noindex, nofollow')
  return privatePage(c, page)
}
