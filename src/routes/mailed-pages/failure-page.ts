import { html } from 'hono/html'
import { mailedPages, ownPagesPath } from '../../core/platform/mail/mailed-pages.model.ts'
import { prefers } from '../../http/accept.ts'
import type { AnswerAsPage } from '../../http/errors.ts'
import type { AppContext } from '../../http/request-context.ts'
import { showPage } from '../page-frame.ts'
import { languages, otherOf, problemOf, wordsFor } from './languages.ts'
import { mailedPage } from './layout.ts'
import { paragraph } from './page.ts'

const paths: ReadonlySet<string> = new Set(
  Object.values(mailedPages).flatMap(({ ours }) => (ours === null ? [] : [`${ownPagesPath}/${ours}`])),
)
const oldPaths: ReadonlySet<string> = new Set(
  [...paths].map((path) => path.replace(ownPagesPath, '/api/v1/auth')),
)

/** Whether a person looks at the answer: below the pages always; at the older addresses whoever opens a page, and no program. */
function isLookedAt(c: AppContext): boolean {
  const { path, method } = c.req
  if (path === ownPagesPath || path.startsWith(`${ownPagesPath}/`)) return true
  return (method === 'GET' || method === 'HEAD') && oldPaths.has(path) && prefers(c, 'text/html')
}

/** What goes wrong before a page is made, or while it is, for whoever followed the link of a mail: words, and a way on. */
export const answerFailureAsPage: AnswerAsPage = (c, error, status) => {
  if (!isLookedAt(c)) return null
  const words = wordsFor(c)
  const { path } = c.req
  const isPage = paths.has(path)
  const { title, text } =
    error.code === 'not_found'
      ? words.noPage
      : // No page asks for a password before it is shown.
        { title: words.failed.title, text: problemOf(words, error, 0) }
  const other = languages[otherOf[words.language as keyof typeof otherOf]]
  const requestId = c.get('caller')?.requestId
  const content = [
    paragraph(text),
    ...(isPage ? [html`<p><a href="${path}?lang=${words.language}">${words.failed.again}</a></p>`] : []),
    ...(requestId === undefined || status < 500
      ? []
      : [html`<p class="small">${words.failed.reference} <span translate="no">${requestId}</span></p>`]),
  ]
  const href = `${isPage ? path : ownPagesPath}?lang=${other.language}`
  return showPage(c, mailedPage(words, { title, content }, { href, words: other }), status)
}
