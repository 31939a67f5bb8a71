import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { createBrowser, logInOf, origin, person } from '../app.ts'
import { type RunningServer, startServer } from '../server.ts'

const contact = {
  name: 'Cora Caller',
  email: 'cora@example.com',
  subject: 'A question',
  message: 'When are you open?',
}

function openFolder() {
  const directory = mkdtempSync(join(tmpdir(), 'backup-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const [data, backups] = [join(directory, 'data'), join(directory, 'backups')]
  const environment = {
    DATA_DIR: data,
    PUBLIC_URL: origin,
    RATE_LIMIT_SCALE: '1000000',
    PASSWORD_MEMORY_KIB: '7168',
    PASSWORD_ITERATIONS: '1',
  }
  const command = (script: string, options: readonly string[]) =>
    [
      [`scripts/${script}.ts`, ...options],
      { env: { PATH: process.env['PATH'] ?? '', ...environment } },
    ] as const
  const run = (script: string, ...options: readonly string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, ...command(script, options), (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      )
    })
  return {
    data,
    backups,
    run,
    begin: (script: string, ...options: readonly string[]) =>
      spawn(process.execPath, ...command(script, options)),
    backUp: (...options: readonly string[]) => run('backup', '--to', backups, ...options),
    restore: (...options: readonly string[]) => run('restore', '--from', backups, ...options),
    names: () =>
      existsSync(backups)
        ? readdirSync(backups)
            .filter((name) => name.endsWith('Z'))
            .sort()
        : [],
    unfinished: () => readdirSync(backups).filter((name) => name.startsWith('.unfinished-')),
    async start(): Promise<RunningServer> {
      const server = await startServer(environment)
      onTestFinished(() => void server.stop('SIGKILL'))
      return server
    },
    count(table: string, path = join(data, 'tools-inc.db')): number {
      const database = new DatabaseSync(path)
      try {
        expect(database.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' })
        return Number(database.prepare(`select count(*) as n from ${table}`).get()?.['n'])
      } finally {
        database.close()
      }
    },
    putBlob(name: string, text: string) {
      const path = join(data, 'blobs', 'documents', name)
      mkdirSync(join(path, '..'), { recursive: true })
      writeFileSync(path, text)
      return path
    },
  }
}

const browserAt = ({ url }: RunningServer) =>
  createBrowser((path, init) => fetch(`${url}${path.replace(origin, '')}`, init))

test('a backup that is taken while people write is of one moment, and starts as it was', async () => {
  const folder = openFolder()
  const server = await folder.start()
  const browser = browserAt(server)
  expect((await browser.call('POST', '/api/v1/auth/signup', { body: person })).status).toBe(201)
  folder.putBlob('u/one.txt', 'one')
  let stored = 0
  let isWriting = true
  const writers = Array.from({ length: 4 }, async () => {
    while (isWriting) {
      const { status } = await browserAt(server).call('POST', '/api/v1/forms/contact', { body: contact })
      expect(status).toBe(201)
      stored++
    }
  })
  const before = stored
  const taken = await folder.backUp()
  const after = stored
  isWriting = false
  await Promise.all(writers)
  expect(taken).toMatchObject({ code: 0, stderr: '' })
  expect(taken.stdout).toContain('secrets.json')
  const [name = ''] = folder.names()
  const copy = join(folder.backups, name)
  expect(readdirSync(copy).sort()).toEqual(['blobs', 'manifest.json', 'tools-inc.db'])
  const inCopy = folder.count('form_submissions', join(copy, 'tools-inc.db'))
  expect(inCopy).toBeGreaterThanOrEqual(before)
  expect(inCopy).toBeLessThanOrEqual(after + 4)
  for (const file of [copy, join(copy, 'tools-inc.db')]) expect(statSync(file).mode & 0o077).toBe(0)

  expect((await folder.restore()).stderr).toContain('A server is running')
  await server.stop()
  const restored = await folder.restore()
  expect(restored).toMatchObject({ code: 0, stderr: '' })
  expect(restored.stdout).toContain('The audit log is intact')
  expect(folder.count('form_submissions')).toBe(inCopy)
  expect(readFileSync(join(folder.data, 'blobs/documents/u/one.txt'), 'utf8')).toBe('one')
  const [aside = ''] = readdirSync(folder.data).filter((each) => each.startsWith('before-restore-'))
  expect(folder.count('form_submissions', join(folder.data, aside, 'tools-inc.db'))).toBe(stored)

  const again = browserAt(await folder.start())
  expect((await again.call('POST', '/api/v1/auth/login', { body: logInOf(person) })).status).toBe(200)
  expect((await again.call('POST', '/api/v1/forms/contact', { body: contact })).status).toBe(201)
}, 120_000)

test('a backup that is killed is none, and the next one is whole and takes its place', async () => {
  const folder = openFolder()
  await folder.run('migrate')
  for (let i = 0; i < 400; i++) folder.putBlob(`u/${i}.txt`, `${i}`.repeat(10_000))
  const child = folder.begin('backup', '--to', folder.backups)
  const ended = once(child, 'exit')
  const isHalf = () =>
    existsSync(folder.backups) &&
    folder.unfinished().some((name) => existsSync(join(folder.backups, name, 'blobs/documents/u/17.txt')))
  while (!isHalf() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 1))
  child.kill('SIGKILL')
  await ended
  expect(child.signalCode).toBe('SIGKILL')
  expect(folder.names()).toEqual([])
  expect(folder.unfinished()).toHaveLength(1)
  expect((await folder.restore()).stderr).toContain('no backup')
  // Two at once: one of them is told.
  const both = await Promise.all([folder.backUp(), folder.backUp()])
  expect(both.map(({ code }) => code).sort()).toContain(0)
  expect([folder.unfinished(), folder.names().length]).toEqual([
    [],
    both.filter(({ code }) => code === 0).length,
  ])
  for (const { code, stderr } of both) if (code !== 0) expect(stderr).toContain('under way')
}, 120_000)

test('what did not change is kept once; --keep and --at choose; what was altered is refused before anything is touched', async () => {
  const folder = openFolder()
  await (await folder.start()).stop()
  const path = folder.putBlob('u/same.txt', 'same')
  await folder.backUp()
  folder.putBlob('u/later.txt', 'later')
  await folder.backUp()
  const [first = '', second = ''] = folder.names()
  const inodes = folder
    .names()
    .map((name) => statSync(join(folder.backups, name, 'blobs/documents/u/same.txt')).ino)
  expect(new Set(inodes).size).toBe(1)
  expect(inodes[0]).not.toBe(statSync(path).ino)

  expect((await folder.restore('--at', first)).code).toBe(0)
  expect(readdirSync(join(folder.data, 'blobs/documents/u'))).toEqual(['same.txt'])
  expect((await folder.restore('--at', '2099-01-01T00:00Z')).code).toBe(0)
  expect(readdirSync(join(folder.data, 'blobs/documents/u')).sort()).toEqual(['later.txt', 'same.txt'])
  expect((await folder.restore('--at', '2001-01-01T00:00Z')).stderr).toContain(first)
  expect((await folder.restore('--at', 'yesterday')).stderr).toContain('--at')
  expect((await folder.restore('--at', '../data')).code).toBe(1)

  await folder.backUp('--keep', '1')
  const [only = ''] = folder.names()
  expect([folder.names().length, [first, second].includes(only)]).toEqual([1, false])
  const kept = join(folder.backups, only)
  const state = () => readdirSync(folder.data, { recursive: true }).sort()
  const before = state()
  const damages: readonly (() => void)[] = [
    () => appendFileSync(join(kept, 'blobs/documents/u/same.txt'), '!'),
    () => rmSync(join(kept, 'blobs/documents/u/later.txt')),
    () => writeFileSync(join(kept, 'blobs/documents/u/other.txt'), 'x'),
    () => truncateSync(join(kept, 'tools-inc.db'), 4096),
    () => writeFileSync(join(kept, 'manifest.json'), '{'),
  ]
  for (const damage of damages) {
    damage()
    const refused = await folder.restore()
    expect([refused.code, refused.stderr.trim().split('\n').length]).toEqual([1, 1])
    expect(refused.stderr).toContain(only)
    expect(state()).toEqual(before)
  }
}, 120_000)

test('a restore that was stopped keeps servers away until it is run again', async () => {
  const folder = openFolder()
  await (await folder.start()).stop()
  await folder.backUp()
  // As a kill between setting aside and putting back leaves it.
  mkdirSync(join(folder.data, 'restoring/old'), { recursive: true })
  renameSync(join(folder.data, 'tools-inc.db'), join(folder.data, 'restoring/old/tools-inc.db'))
  await expect(folder.start()).rejects.toThrow('npm run restore')
  expect((await folder.restore()).code).toBe(0)
  expect(existsSync(join(folder.data, 'restoring'))).toBe(false)
  await folder.start()
}, 120_000)

test('without its keys a backup is not put back, and with them it is whole anywhere', async () => {
  const folder = openFolder()
  await (await folder.start()).stop()
  await folder.backUp()
  rmSync(folder.data, { recursive: true })
  expect((await folder.restore()).stderr).toContain('keys are missing')
  expect(existsSync(join(folder.data, 'tools-inc.db'))).toBe(false)
  await (await folder.start()).stop()
  await folder.backUp('--with-keys')
  rmSync(folder.data, { recursive: true })
  expect(await folder.restore()).toMatchObject({ code: 0, stderr: '' })
  await folder.start()
}, 120_000)

test('whoever was to be erased after the backup is closed out again', async () => {
  const folder = openFolder()
  const server = await folder.start()
  const browser = browserAt(server)
  expect((await browser.call('POST', '/api/v1/auth/signup', { body: person })).status).toBe(201)
  await folder.backUp()
  await browser.call('POST', '/api/v1/auth/step-up', { body: { password: person.password } })
  expect((await browser.call('DELETE', '/api/v1/users/me?immediate=true')).status).toBe(204)
  await server.stop()
  const restored = await folder.restore()
  expect(restored.stdout).toContain('1 who had asked to be erased')
  const again = browserAt(await folder.start())
  expect((await again.call('POST', '/api/v1/auth/login', { body: logInOf(person) })).status).not.toBe(200)
}, 120_000)
