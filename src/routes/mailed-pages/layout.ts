import { html } from 'hono/html'
import { cardStyle } from '../page-frame.ts'
import type { Shown } from './page.ts'
import type { Words } from './words-en.ts'

/** Works without script, on a phone that is old, over a line that is slow. */
export const mailedPage = (
  words: Words,
  { title, content, problem, hasScript }: Shown,
  other: { readonly href: string; readonly words: Words },
) => ({
  language: words.language,
  title,
  style: cardStyle,
  hasForm: true as const,
  ...(hasScript ? { hasScript } : {}),
  body: html`
      <h1>${title}</h1>
      ${problem === undefined ? '' : html`<p class="problem" role="alert">${problem}</p>`}
      ${content}
      <p class="small"><a href="${other.href}" lang="${other.words.language}" hreflang="${other.words.language}">${other.words.name}</a></p>`,
})
