import { html, raw } from 'hono/html'
import { privatePage } from '../http/private-page.ts'
import type { AppContext } from '../http/request-context.ts'

/** A piece of a page, with what stands in it escaped. */
export type Piece = ReturnType<typeof html>

/** Words on a card, dark where somebody wants it; without anything that a phone of ten years does not know. */
export const cardStyle = `
:root { color-scheme: light dark; }
body { font: 18px/1.5 system-ui, Arial, sans-serif; color: #1d2939; background: #f2f4f7; margin: 0; overflow-wrap: break-word; }
main { max-width: 34rem; margin: 2rem auto; padding: 1.5rem; background: #fff; border-radius: 8px; }
h1 { font-size: 1.4rem; line-height: 1.3; margin: 0 0 1rem; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 0.5rem; }
a { color: #175cd3; }
label { display: block; font-weight: bold; margin: 1rem 0 0.25rem; }
input { font: inherit; color: inherit; background: #fff; width: 100%; box-sizing: border-box; padding: 0.5rem; border: 1px solid #667085; border-radius: 6px; }
button, .button { display: inline-block; font: inherit; font-weight: bold; color: #fff; background: #175cd3; border: 0; border-radius: 8px; padding: 0.75rem 1.5rem; margin: 1rem 0 0; text-decoration: none; }
button:focus, input:focus, a:focus, h2:focus { outline: 3px solid #175cd3; outline-offset: 2px; }
[hidden] { display: none; }
.problem { color: #b42318; font-weight: bold; }
.small { font-size: 0.9rem; color: #475467; }
dt { font-weight: bold; }
dd { margin: 0 0 0.5rem; }
@media (max-width: 36rem) { main { margin: 0; border-radius: 0; } }
@media (prefers-color-scheme: dark) {
  body { color: #eaecf0; background: #0c111d; }
  main { background: #161b26; }
  a { color: #84adff; }
  input { background: #0c111d; border-color: #98a2b3; }
  .button { color: #fff; }
  button:focus, input:focus, a:focus, h2:focus { outline-color: #84adff; }
  .problem { color: #fda29b; }
  .small { color: #cecfd2; }
}
@media print { button, .button { display: none; } }
`

interface Page {
  readonly language?: string
  readonly title: string
  readonly style: string
  readonly body: Piece
}

export const robots = 'noindex, nofollow, noarchive'

/** A small page: whole in one answer, for nobody to index. The empty icon saves a request. */
export const pageFrame = ({ language = 'en', title, style, body }: Page): Piece => html`<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="${robots}" />
    <link rel="icon" href="data:," />
    <title>${title}</title>
    <style>${raw(style)}</style>
  </head>
  <body>
    <main>${body}
    </main>
  </body>
</html>`

interface Allowed {
  readonly style: string
  /** Its forms, which this server takes. */
  readonly hasForm?: true
  /** A script of this server, which may ask this server. */
  readonly hasScript?: true
}

/** This style and what is named, and nothing else: no other script, no picture, no other host. */
export async function policyOfPage({ style, hasForm, hasScript }: Allowed): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style)))
  return [
    "default-src 'none'",
    `style-src 'sha256-${btoa(String.fromCharCode(...hash))}'`,
    'img-src data:',
    ...(hasScript ? ["script-src 'self'", "connect-src 'self'"] : []),
    "base-uri 'none'",
    `form-action ${hasForm ? "'self'" : "'none'"}`,
    "frame-ancestors 'none'",
  ].join('; ')
}

/** The page for whoever opened it: kept and indexed by nobody. */
export async function showPage(
  c: AppContext,
  { hasForm, hasScript, ...page }: Page & Omit<Allowed, 'style'>,
  status: Parameters<typeof privatePage>[2] = 200,
) {
  const { style } = page
  const allowed = { style, ...(hasForm ? { hasForm } : {}), ...(hasScript ? { hasScript } : {}) }
  c.header('Content-Security-Policy', await policyOfPage(allowed))
  c.header('X-Robots-Tag', robots)
  return privatePage(c, pageFrame(page), status)
}
