import { html } from 'hono/html'
import { privatePage } from '../http/private-page.ts'
import type { AppContext } from '../http/request-context.ts'
import { sharedText } from '../http/shared-answer.ts'
import { policyForButton } from './page-policy.ts'

/** What the button does: sends the token of the link, and shows the answer. */
const script = `const [button, words] = ['button', '#words'].map((name) => document.querySelector(name))
button.addEventListener('click', async () => {
  button.disabled = true
  const token = new URLSearchParams(location.search).get('token')
  try {
    const answer = await fetch(location.pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    })
    const { message, error } = await answer.json()
    words.textContent = message ?? error.message
    button.hidden = answer.ok || answer.status === 401
  } catch {
    words.textContent = 'That did not work. Are you online? Try again.'
  }
  button.disabled = false
})
`

export const mailedLinkScript = sharedText(script, 'text/javascript; charset=utf-8')

interface PageWords {
  readonly title: string
  readonly question: string
  readonly button: string
}

/** A page with a button, for the link in a mail: scanners of mail open links and press none. */
export function showMailedLinkPage(c: AppContext, isUsable: boolean, { title, question, button }: PageWords) {
  c.header('Content-Security-Policy', policyForButton)
  return privatePage(
    c,
    html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <link rel="icon" href="data:," />
    <title>${title}</title>
    <style>
      body { font: 18px/1.5 system-ui, sans-serif; color: #1d2939; background: #f2f4f7; margin: 0; }
      main { max-width: 32rem; margin: 10vh auto; padding: 1.5rem; background: #fff; border-radius: 8px; }
      h1 { font-size: 1.4rem; margin: 0 0 1rem; }
      button { font: inherit; font-weight: bold; color: #fff; background: #175cd3; border: 0; border-radius: 8px; padding: 0.75rem 1.5rem; }
      button:focus-visible { outline: 3px solid #84adff; outline-offset: 2px; }
    </style>
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      <p id="words" role="status">${isUsable ? question : 'This link has been used or has expired. Ask for a new one.'}</p>
      ${isUsable ? html`<button type="button">${button}</button><script src="mailed-link.js"></script>` : ''}
    </main>
  </body>
</html>`,
  )
}
