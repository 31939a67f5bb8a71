import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createNodeNative } from '../../entry/native-node.ts'
import { wire } from '../../entry/wire.ts'
import { newKeys } from '../../scripts/new-keys.ts'
import { createApp } from '../../src/app/create-app.ts'
import { readConfig } from '../../src/config/config.ts'
import { staff } from '../../src/core/accounts/users/staff.model.ts'
import { users } from '../../src/core/accounts/users/users.model.ts'
import type { AuditRecord } from '../../src/ports/audit.ts'
import { startProvisionedCosmos } from '../stand-ins/provisioned-cosmos.ts'

const directory = mkdtempSync(join(tmpdir(), 'admin-'))
const closes: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closes) await close()
  rmSync(directory, { recursive: true })
})

const keys = Object.fromEntries(
  (await newKeys({}, { replacesMaster: false, nowMs: Date.now() })).map((line) => {
    const at = line.indexOf('=')
    return [line.slice(0, at), line.slice(at + 1).replace(/^'(.*)'$/, '$1')]
  }),
)
const production = {
  ...keys,
  NODE_ENV: 'production',
  LOG_LEVEL: 'warn',
  PUBLIC_URL: 'https://api.tools.example',
  SMTP_HOST: '127.0.0.1',
  SMTP_PORT: '9',
  MAIL_FROM: 'no-reply@tools.example',
}
const stores: Readonly<Record<string, () => Promise<Record<string, string>>>> = {
  sqlite: async () => ({ ...production, DATA_DIR: join(directory, 'sqlite') }),
  async cosmos() {
    const { environment, close } = await startProvisionedCosmos()
    closes.push(close)
    return { ...production, ...environment, DATA_DIR: join(directory, 'cosmos') }
  },
}

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}
const command =
  (environment: Record<string, string>) =>
  (...options: readonly string[]): Promise<Ended> =>
    new Promise((resolve) => {
      execFile(
        process.execPath,
        ['scripts/admin.ts', ...options],
        { env: { PATH: process.env['PATH'] ?? '', ...environment } },
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      )
    })

async function openServer(environment: Record<string, string>) {
  const { config, secrets } = readConfig(environment)
  const { ports, defer, close } = await wire(config, secrets, createNodeNative(config))
  closes.push(async () => {
    await defer.settled()
    await close()
  })
  return { ports, ...createApp(ports, config.app) }
}

describe.each(Object.keys(stores))('in production, on %s', (kind) => {
  test('the first administrator is made by the command, and the last one is not unmade by it', async () => {
    const environment = (await stores[kind]?.()) ?? {}
    const admin = command(environment)
    expect(await admin('list')).toMatchObject({
      code: 0,
      stdout: 'Nobody. npm run admin -- grant <address>\n',
    })
    expect(await admin('grant', 'ada@tools.example')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no account with this address'),
    })

    const server = await openServer(environment)
    const passwordHash = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaA'
    const make = (email: string, emailVerified: boolean, hash: string | null = passwordHash) =>
      server.users.createAccount({ email, name: 'Somebody', passwordHash: hash, emailVerified })
    const ada = await make('ada@tools.example', true)
    const ben = await make("ben.o'neil@tools.example", false)
    await make('invited@tools.example', true, null)
    for (const [address, words] of [
      ['nobody', 'not an e-mail address'],
      ["ben.o'neil@tools.example", 'Nobody has proved to read the mailbox'],
      ['invited@tools.example', 'Nobody can sign in to this account yet'],
    ] as const)
      expect(await admin('grant', address)).toMatchObject({ code: 1, stderr: expect.stringContaining(words) })

    const granted = await admin('grant', ' Ada@Tools.Example ')
    expect(granted).toMatchObject({ code: 0, stdout: expect.stringContaining('set up a second factor') })
    const roleOf = async (id: string) =>
      (await server.ports.documents.read(users, { partition: id, id }))?.value.role
    expect(await roleOf(ada.id)).toBe('admin')
    expect((await admin('list')).stdout).toBe('ada@tools.example\tSomebody\tno second factor\tnever\n')
    expect(await admin('grant', 'ada@tools.example')).toMatchObject({
      code: 0,
      stderr: 'Nothing to do: it is so already.\n',
    })
    const listed = await server.ports.documents.read(staff, { partition: 'staff', id: ada.id })
    expect(listed?.value).toMatchObject({ role: 'admin' })

    expect(await admin('revoke', 'ada@tools.example')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nobody else is an administrator'),
    })
    expect(await roleOf(ada.id)).toBe('admin')
    await server.users.changeUser(ben.id, (user) => ({ ...user, emailVerified: true }))
    expect((await admin('grant', "ben.o'neil@tools.example")).code).toBe(0)
    expect((await admin('revoke', 'ada@tools.example')).code).toBe(0)
    expect([await roleOf(ada.id), await roleOf(ben.id)]).toEqual(['user', 'admin'])

    const records: AuditRecord[] = []
    for (const { id } of [ada, ben])
      records.push(...(await server.ports.audit.listByResource({ type: 'user', id }, { limit: 50 })).items)
    expect(
      records
        .map(({ eventType, actorId, resourceId, changedFields }) => ({
          eventType,
          actorId,
          resourceId,
          changedFields,
        }))
        .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    ).toEqual(
      [
        {
          eventType: 'user.grant_administrator',
          actorId: 'system',
          resourceId: ada.id,
          changedFields: ['role'],
        },
        {
          eventType: 'user.grant_administrator',
          actorId: 'system',
          resourceId: ben.id,
          changedFields: ['role'],
        },
        {
          eventType: 'user.revoke_administrator',
          actorId: 'system',
          resourceId: ada.id,
          changedFields: ['role'],
        },
      ].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    )
  }, 120_000)
})

test('two commands that take away the two there are: one stays', async () => {
  const environment = { ...production, DATA_DIR: join(directory, 'race') }
  const server = await openServer(environment)
  const made = await Promise.all(
    ['ada', 'ben'].map((name) =>
      server.users.createAccount({
        email: `${name}@tools.example`,
        name,
        role: 'admin',
        passwordHash: 'hash',
        emailVerified: true,
      }),
    ),
  )
  const admin = command(environment)
  const ended = await Promise.all(made.map(({ email }) => admin('revoke', email)))
  expect(ended.map(({ code }) => code).sort()).toEqual([0, 1])
}, 60_000)

test('what it does not know it explains, and a store in memory it leaves alone', async () => {
  const admin = command({ DATA_DIR: join(directory, 'usage') })
  for (const options of [[], ['make'], ['grant'], ['list', 'all'], ['grant', 'a@b.example', 'c@d.example']])
    expect(await admin(...options)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('npm run admin -- list'),
    })
  const inMemory = command({ DOCUMENTS: 'memory', DATA_DIR: join(directory, 'memory') })
  expect(await inMemory('list')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('DOCUMENTS=memory'),
  })
  expect(await command({ NODE_ENV: 'production' })('list')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('PUBLIC_URL'),
  })
}, 60_000)
