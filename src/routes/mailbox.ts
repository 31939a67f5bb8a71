import { Hono } from 'hono'
import { html } from 'hono/html'
import { notFound } from '../core/kernel/errors.ts'
import type { Mailing } from '../core/platform/mail/mail.ts'
import { prefers } from '../http/accept.ts'
import { privatePage } from '../http/private-page.ts'
import type { AppEnv } from '../http/request-context.ts'

/** A message brings its styles with it, and nothing else. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** To the minute, as a person reads it. */
const shownTime = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`

/**
 * Mail that was kept instead of sent, for whoever develops: as a page, and with `Accept: application/json` for
 * programs. There is no such route where mail is really sent.
 */
export const mailboxRoutes = (messages: NonNullable<Mailing['mailbox']>) =>
  new Hono<AppEnv>()
    .get('/', async (c) => {
      const kept = await messages()
      if (prefers(c, 'application/json', 'text/html'))
        return c.json({
          items: kept.map(({ id, to, subject, text, sentAt, headers }) => ({
            id,
            to,
            subject,
            text,
            sentAt,
            headers,
          })),
        })
      c.header('Content-Security-Policy', policy)
      return privatePage(
        c,
        html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta http-equiv="refresh" content="10" />
    <link rel="icon" href="data:," />
    <title>Mailbox</title>
    <style>
      body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
      li { border-top: 1px solid #ddd; padding: 0.75rem 0; list-style: none; }
      ul { padding: 0; overflow-wrap: anywhere; }
      time { white-space: nowrap; }
      pre { white-space: pre-wrap; background: #f6f6f6; padding: 1rem; overflow-wrap: anywhere; }
    </style>
  </head>
  <body>
    <h1>Mailbox</h1>
    <p>Mail that would have been sent, newest first.</p>
    <ul>
      ${kept.map(
        ({ id, to, subject, text, sentAt, headers }) => html`<li>
        <a href="/dev/mailbox/${id}"><strong>${subject}</strong></a><br />
        to ${to}, <time datetime="${sentAt}">${shownTime(sentAt)}</time>
        <details><summary>as text</summary><pre>${text}</pre></details>
        <details><summary>headers</summary><pre>${Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`)}</pre></details>
      </li>`,
      )}
    </ul>
    ${kept.length === 0 ? html`<p>Nothing yet.</p>` : ''}
  </body>
</html>`,
      )
    })
    .get('/:id', async (c) => {
      const message = (await messages()).find(({ id }) => id === c.req.param('id'))
      if (!message) throw notFound()
      c.header('Content-Security-Policy', policy)
      return privatePage(c, message.html)
    })
