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
  return {
    url,
    line,
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
