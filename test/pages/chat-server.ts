import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPages } from '../../scripts/build-pages.ts'
import { createBrowser } from '../app.ts'
import { type RunningServer, startServer } from '../server.ts'
import { openLine } from './line.ts'

export const password = 'SecurePass123!'

/** A person who does things by the API, beside those who sit at a page. */
export interface ApiPerson {
  readonly id: string
  readonly email: string
  readonly name: string
  call(method: string, path: string, body?: object): Promise<any>
}

interface KeptMail {
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** The whole program with demonstration accounts, behind a line that can be cut. */
export async function startChatServer(settings: Readonly<Record<string, string>> = {}) {
  await buildPages()
  const directory = mkdtempSync(join(tmpdir(), 'chat-page-'))
  const line = await openLine()
  const url = `http://localhost:${line.port}`
  const server: RunningServer = await startServer({
    DATA_DIR: directory,
    RATE_LIMIT_SCALE: '10000',
    DEMO_DATA: 'on',
    PUBLIC_URL: url,
    ...settings,
  })
  line.leadTo(Number(new URL(server.url).port))
  let people = 0

  async function as(path: string, body: object): Promise<ApiPerson> {
    const browser = createBrowser((to, init) => fetch(server.url + to, init))
    const call = async (method: string, to: string, sent?: object) => {
      const answer = await browser.call(method, `/api/v1${to}`, {
        ...(sent ? { body: sent } : {}),
        headers: { origin: url },
      })
      if (answer.status >= 400)
        throw new Error(`${method} ${to}: ${answer.status} ${JSON.stringify(answer.body)}`)
      return answer.body as any
    }
    const { user } = await call('POST', path, body)
    return { id: user.id, email: user.email, name: user.name, call }
  }
  /** Newest first. */
  async function mailsTo(address: string): Promise<readonly KeptMail[]> {
    const answer = await fetch(`${server.url}/dev/mailbox`, { headers: { accept: 'application/json' } })
    const { items } = (await answer.json()) as { items: KeptMail[] }
    return items.filter(({ to }) => to === address)
  }
  async function mailTo(address: string, subject: RegExp): Promise<KeptMail> {
    const end = Date.now() + 15_000
    while (Date.now() < end) {
      const found = (await mailsTo(address)).find((mail) => subject.test(mail.subject))
      if (found) return found
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`no mail to ${address} about ${subject}`)
  }
  return {
    url,
    line,
    mailsTo,
    mailTo,
    /** By the code of the newest mail. */
    async confirm(email: string): Promise<void> {
      const { text } = await mailTo(email, /confirm/i)
      const answer = await fetch(`${server.url}/api/v1/auth/verify-email`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: url },
        body: JSON.stringify({ email, code: /^ {4}(\d{6})$/m.exec(text)?.[1] }),
      })
      if (!answer.ok) throw new Error(`confirming ${email}: ${answer.status} ${await answer.text()}`)
    },
    directory,
    signUp: (name: string) =>
      as('/auth/signup', { name, email: `person-${++people}-${line.port}@example.com`, password }),
    signIn: (email: string, secret: string) => as('/auth/login', { email, password: secret }),
    async stop() {
      await server.stop('SIGKILL')
      await line.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

export type ChatServer = Awaited<ReturnType<typeof startChatServer>>
