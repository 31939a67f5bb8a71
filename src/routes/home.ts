import { Hono } from 'hono'
import { html } from 'hono/html'
import type { AppEnv } from '../http/request-context.ts'
import { sharedText } from '../http/shared-answer.ts'
import { demoPassword, demoStaff } from './demo-accounts.ts'
import { pageFrame, policyOfPage } from './page-frame.ts'

const style = `
:root { color-scheme: light dark; }
body { font: 1.0625rem/1.6 system-ui, sans-serif; max-width: 44rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.75rem; line-height: 1.2; }
h2 { font-size: 1.25rem; margin-top: 2.5rem; }
nav ul { list-style: none; padding: 0; }
nav li { border-top: 1px solid GrayText; padding: 0.75rem 0; }
nav a { font-weight: bold; display: inline-block; padding: 0.25rem 0; }
nav span { display: block; }
a:focus-visible { outline: 3px solid; outline-offset: 2px; }
th, td { text-align: left; padding: 0.25rem 1.5rem 0.25rem 0; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9375rem; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; border: 1px solid GrayText; border-radius: 0.5rem; padding: 1rem; }
`

interface Link {
  readonly href: string
  readonly text: string
  readonly says: string
}

const page = (links: readonly Link[], origin: string) =>
  pageFrame({
    title: 'T.O.O.L.S Inc API',
    style,
    body: html`
      <h1>T.O.O.L.S Inc API</h1>
      <p>The server of the T.O.O.L.S Inc platform and of MackChat is running. Begin here:</p>
      <nav aria-label="Pages of this server">
        <ul>
          ${links.map(({ href, text, says }) => html`<li><a href="${href}">${text}</a> <span>${says}</span></li>`)}
        </ul>
      </nav>
      <h2 id="demo">Sign in with a demo account</h2>
      <p>
        <code>npm run seed</code> creates these accounts, and learners with courses. Where storage is gone after each
        start, start with <code>DEMO_DATA=on</code> instead.
      </p>
      <table>
        <thead><tr><th scope="col">Role</th><th scope="col">E-mail address</th></tr></thead>
        <tbody>
          ${demoStaff.map(({ role, email }) => html`<tr><td>${role}</td><td><code>${email}</code></td></tr>`)}
        </tbody>
      </table>
      <p>The password of each is <code>${demoPassword}</code>. For example:</p>
      <pre>curl ${origin}/api/v1/auth/login -H 'Content-Type: application/json' \\
  -d '${JSON.stringify({ email: demoStaff[2].email, password: demoPassword })}'</pre>`,
  })

const reference: Link = { href: '/api/docs', text: 'Reference', says: 'Every operation, to read and to try.' }
const chat: Link = { href: '/dev/chat', text: 'Chat', says: 'MackChat in a page: sign in twice and talk.' }
const staffConsole: Link = {
  href: '/console',
  text: 'Console',
  says: 'Where staff work: forms, people, courses. Sign in as a demo administrator.',
}
const mailbox: Link = {
  href: '/dev/mailbox',
  text: 'Mailbox',
  says: 'Mail that is kept here instead of sent.',
}
const telemetry: Link = {
  href: '/dev/telemetry',
  text: 'Telemetry',
  says: 'What requests and jobs did here, step by step, and how long routes take.',
}
const client = (origin: string): Link => ({
  href: '/client.tgz',
  text: 'Client',
  says: `For front ends: npm install ${origin}/client.tgz`,
})
const catalogue: Link = { href: '/api/v1/courses', text: 'Catalog', says: 'The courses, as JSON.' }
const demo: Link = { href: '#demo', text: 'Demo accounts', says: 'How to sign in with one of them.' }

/**
 * The first page a developer meets. It leads only where there is something: `hasMailbox` where mail is kept, `hasConsole` where staff
 * have one, `hasTelemetry` where traces are kept, the pages and the client where they were built. In production there is no page, and nothing is said.
 */
export function homeRoutes(
  isProduction: boolean,
  hasMailbox: boolean,
  hasConsole: boolean,
  hasTelemetry: boolean,
  readAsset: (name: string) => Promise<object | null>,
) {
  const routes = new Hono<AppEnv>()
  if (isProduction) return routes.get('/', (c) => c.body(null, 204))
  const written = new Map<string, ReturnType<typeof sharedText>>()
  const pageFor = (built: ReadonlySet<string>, origin: string) => {
    const has = (page: 'chat' | 'console' | 'telemetry') => built.has(`${page}/manifest.json`)
    const links = [
      reference,
      ...(has('chat') ? [chat] : []),
      ...(has('console') ? [staffConsole] : []),
      ...(hasMailbox ? [mailbox] : []),
      ...(has('telemetry') ? [telemetry] : []),
      ...(built.has('client.tgz') ? [client(origin)] : []),
      catalogue,
      demo,
    ]
    const key = [...built].join()
    const known =
      written.get(key) ??
      sharedText(async () => String(await page(links, origin)), 'text/html; charset=UTF-8')
    written.set(key, known)
    return known
  }
  return routes.get('/', async (c) => {
    const names = [
      'chat/manifest.json',
      ...(hasConsole ? ['console/manifest.json'] : []),
      ...(hasTelemetry ? ['telemetry/manifest.json'] : []),
      'client.tgz',
    ]
    const built = new Set<string>()
    for (const name of names) if ((await readAsset(name)) !== null) built.add(name)
    const answer = pageFor(built, c.get('settings').publicOrigin)
    return answer(c, { headers: { 'Content-Security-Policy': await policyOfPage({ style }) } })
  })
}
