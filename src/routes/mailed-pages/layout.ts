import { html, raw } from 'hono/html'
import { policyForForm } from '../page-policy.ts'
import type { Words } from './words-en.ts'

/** A piece of a page, with what stands in it escaped. */
export type Piece = ReturnType<typeof html>

export interface Shown {
  readonly title: string
  readonly content: readonly Piece[]
  /** What went wrong, above everything else. */
  readonly problem?: string
}

const style = `
body { font: 18px/1.5 system-ui, Arial, sans-serif; color: #1d2939; background: #f2f4f7; margin: 0; overflow-wrap: break-word; }
main { max-width: 32rem; margin: 2rem auto; padding: 1.5rem; background: #fff; border-radius: 8px; }
h1 { font-size: 1.4rem; line-height: 1.3; margin: 0 0 1rem; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 0.5rem; }
a { color: #175cd3; }
label { display: block; font-weight: bold; margin: 1rem 0 0.25rem; }
input { font: inherit; color: inherit; background: #fff; width: 100%; box-sizing: border-box; padding: 0.5rem; border: 1px solid #667085; border-radius: 6px; }
button, .button { display: inline-block; font: inherit; font-weight: bold; color: #fff; background: #175cd3; border: 0; border-radius: 8px; padding: 0.75rem 1.5rem; margin: 1rem 0 0; text-decoration: none; }
button:focus, input:focus, a:focus { outline: 3px solid #84adff; outline-offset: 2px; }
.problem { color: #b42318; font-weight: bold; }
.small { font-size: 0.9rem; color: #475467; }
dt { font-weight: bold; }
dd { margin: 0 0 0.5rem; }
`

/** Whole in one answer: it works without script, on a phone that is old, over a line that is slow. */
export const layout = (
  words: Words,
  { title, content, problem }: Shown,
  other: { href: string; words: Words },
) =>
  html`<!doctype html>
<html lang="${words.language}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex, nofollow" />
    <link rel="icon" href="data:," />
    <title>${title}</title>
    <style>${raw(style)}</style>
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      ${problem === undefined ? '' : html`<p class="problem" role="alert">${problem}</p>`}
      ${content}
      <p class="small"><a href="${other.href}" lang="${other.words.language}" hreflang="${other.words.language}">${other.words.name}</a></p>
    </main>
  </body>
</html>`

let policy: Promise<string> | undefined

export const policyOfPages = (): Promise<string> => (policy ??= policyForForm(style))
