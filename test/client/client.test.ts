import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { createClient, type Locks, readError, type SharedNotes } from '../../src/client/client.ts'
import { createTestApp, origin, person, type TestApp } from '../app.ts'

/** One browser: a cookie jar that its tabs share, and every request that was sent. */
function createJar({ app }: TestApp) {
  const cookies = new Map<string, string>()
  const sent: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    sent.push(`${request.method} ${new URL(request.url).pathname}`)
    request.headers.set('origin', origin)
    request.headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await app.request(request)
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  return {
    cookies,
    sent,
    fetch,
    refreshes: () => sent.filter((line) => line.endsWith('/auth/refresh')).length,
  }
}

function createLocks(): Locks {
  let tail: Promise<unknown> = Promise.resolve()
  return {
    request(_, work) {
      const result = tail.then(work)
      tail = result.catch(() => undefined)
      return result
    },
  }
}

function createNotes(): SharedNotes {
  const notes = new Map<string, string>()
  return { getItem: (key) => notes.get(key) ?? null, setItem: (key, value) => void notes.set(key, value) }
}

async function setup() {
  const testApp = await createTestApp()
  const jar = createJar(testApp)
  let signedOut = 0
  let time = 1_000
  const open = (shared: { locks?: Locks; notes?: SharedNotes } = {}) =>
    createClient({
      baseUrl: origin,
      fetch: jar.fetch,
      locks: shared.locks ?? null,
      notes: shared.notes ?? null,
      onSignedOut: () => signedOut++,
      now: () => ++time,
    })
  return { testApp, jar, open, signedOut: () => signedOut }
}

test('calls are typed from body to answer', async () => {
  const { open } = await setup()
  const client = open()
  const signedUp = await client.api.v1.auth.signup.$post({ json: person })
  if (signedUp.status !== 201) throw new Error('not signed up')
  const { user } = await signedUp.json()
  expect(user.email satisfies string).toBe(person.email)
  const again = await client.api.v1.auth.signup.$post({ json: person })
  expect(await readError(again)).toMatchObject({ code: 'user_exists' })
  expect(await readError(signedUp)).toBeNull()
})

test('two requests whose token ran out refresh once, and both go through with their bodies', async () => {
  const { open, jar } = await setup()
  const client = open()
  await client.api.v1.auth.signup.$post({ json: person })
  jar.cookies.delete('accessToken')
  const [read, changed] = await Promise.all([
    client.api.v1.users.me.$get(),
    client.api.v1.users.me.$patch({ json: { name: 'Ann B.' } }),
  ])
  expect([read.status, changed.status]).toEqual([200, 200])
  expect(jar.refreshes()).toBe(1)
  expect(await (await client.api.v1.users.me.$get()).json()).toMatchObject({ name: 'Ann B.' })
})

test('two tabs that share locks and notes refresh once', async () => {
  const { open, jar } = await setup()
  const shared = { locks: createLocks(), notes: createNotes() }
  const tabs = [open(shared), open(shared)]
  await tabs[0]?.api.v1.auth.signup.$post({ json: person })
  jar.cookies.delete('accessToken')
  const answers = await Promise.all(tabs.map((tab) => tab.api.v1.users.me.$get()))
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(jar.refreshes()).toBe(1)
})

test('when the session is over each request gets its own 401, and it is said once', async () => {
  const { open, jar, signedOut } = await setup()
  const client = open()
  await client.api.v1.auth.signup.$post({ json: person })
  jar.cookies.clear()
  const answers = await Promise.all([client.api.v1.users.me.$get(), client.api.v1.users.me.$get()])
  expect(answers.map(({ status }) => status)).toEqual([401, 401])
  expect(signedOut()).toBe(1)
  expect(jar.refreshes()).toBe(1)
})

test('a wrong password is not answered with a refresh', async () => {
  const { open, jar, signedOut } = await setup()
  const client = open()
  const answer = await client.api.v1.auth.login.$post({ json: { email: person.email, password: 'wrong' } })
  expect(await readError(answer)).toMatchObject({ code: 'invalid_credentials' })
  expect([jar.refreshes(), signedOut()]).toEqual([0, 0])
})

test('a front end compiles against the emitted declarations, and a wrong body does not', () => {
  const root = resolve(import.meta.dirname, '../..')
  const scratch = mkdtempSync(join(root, '.client-test-'))
  try {
    const api = join(scratch, 'node_modules/@tools-inc/api')
    mkdirSync(api, { recursive: true })
    execFileSync(process.execPath, [join(root, 'scripts/build-client.ts'), join(api, 'dist/client')], {
      stdio: 'pipe',
    })
    cpSync(join(root, 'package.json'), join(api, 'package.json'))
    // Another package, so that the name means the copy and not this project itself.
    writeFileSync(join(scratch, 'package.json'), '{ "private": true, "type": "module" }')
    const compilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: 'es2024',
      module: 'esnext',
      moduleResolution: 'bundler',
      lib: ['es2024', 'dom', 'dom.iterable'],
      types: [],
    }
    writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['page.ts'] }))
    const compile = (json: string) => {
      writeFileSync(
        join(scratch, 'page.ts'),
        `import { createClient } from '@tools-inc/api/client'
const client = createClient({ baseUrl: '' })
const answer = await client.api.v1.auth.login.$post({ json: ${json} })
if (answer.status === 200) {
  const { user } = await answer.json()
  user.role satisfies 'user' | 'mentor' | 'admin' | 'guest'
}
`,
      )
      const compiler = join(root, 'node_modules/typescript7/bin/tsc')
      return spawnSync(process.execPath, [compiler, '-p', scratch], { encoding: 'utf8' }).stdout
    }
    expect(compile(`{ email: 'a@b.example', password: 'x' }`)).toBe('')
    expect(compile('{ email: 7 }')).toMatch(/^page\.ts|TS2\d{3}/)
    const built = spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { createClient } from '@tools-inc/api/client'; console.log(typeof createClient)`,
      ],
      { cwd: scratch, encoding: 'utf8' },
    )
    expect(built.stdout.trim()).toBe('function')
  } finally {
    rmSync(scratch, { recursive: true })
  }
}, 60_000)
