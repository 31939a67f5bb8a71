import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { createSweep, type Loose } from './floors.ts'

const root = join(import.meta.dirname, '../..')
const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root)

/** What the sweep cannot see to be safe, and somebody has looked at. By file and the code that begins it. */
const reviewed: readonly (Pick<Loose, 'file' | 'code'> & { readonly why: string })[] = [
  ...[
    "scope.addEventListener('install', (event) => event.waitUntil(scope.skipWaiting()))",
    "scope.addEventListener('activate', (event) => event.waitUntil(clients.claim()))",
    "scope.addEventListener('push', (event) => event.waitUntil(show(read(event.data))))",
    "scope.addEventListener('notificationclick', (event) => {",
    "scope.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(resubscribe(event)))",
  ].map((code) => ({
    file: 'src/client/worker.ts',
    code,
    why: 'The browser waits for the promise, and says in its console what is wrong. No process ends with a service worker.',
  })),
  {
    file: 'src/adapters/memory/defer.ts',
    code: 'port1.onmessage = () => {',
    why: 'Closes its own port and resolves a promise.',
  },
  {
    file: 'src/adapters/memory/defer.ts',
    code: 'setTimeout(() => {',
    why: 'Writes one line of the log, as every rejection of a deferred task does, and resolves a promise.',
  },
  {
    file: 'src/adapters/cosmos/client.ts',
    code: 'setTimeout(run, ms)',
    why: 'What it runs aborts a request or rejects a promise that is waited for.',
  },
  {
    file: 'src/adapters/sqlite/group-commit.ts',
    code: 'setImmediate(nextGroup)',
    why: 'Behind its `try` it only settles the promises of those who wait.',
  },
  {
    file: 'src/adapters/sqlite/group-commit.ts',
    code: 'setTimeout(nextGroup, tryAgainMs)',
    why: 'The same.',
  },
  {
    file: 'src/adapters/sqlite/checkpoint-thread.ts',
    code: "parentPort?.on('message', (mode: CheckpointMode) => parentPort?.postMessage(answerTo(mode)))",
    why: 'Answers with what went wrong. Where even that fails the thread ends, and who asked does it without one.',
  },
  ...["started.on('error', end)", "started.on('exit', end)"].map((code) => ({
    file: 'src/adapters/sqlite/checkpointer.ts',
    code,
    why: 'Sets a number and resolves the promise of who asked.',
  })),
  {
    file: 'src/adapters/sqlite/checkpoints.ts',
    code: 'void begin(shorten())',
    why: 'The promise is the one it is given, of a function that catches what goes wrong.',
  },
  {
    file: 'src/adapters/sqlite/database.ts',
    code: 'setImmediate(() => {',
    why: 'It is to end the process: the disk has lost what was written.',
  },
  {
    file: 'src/adapters/node/closing.ts',
    code: 'setImmediate(closeWhatRests)',
    why: 'Compares numbers and ends sockets that are open.',
  },
  {
    file: 'src/adapters/node/server.ts',
    code: 'setInterval(() => {',
    why: 'Compares two numbers and begins the stop, which has its own floor.',
  },
  ...[
    "parser.on('error', (error) => {",
    "parser.on('opentag', ({ name, attributes }) => {",
    "parser.on('closetag', () => void open.pop())",
  ].map((code) => ({
    file: 'src/adapters/course-packages/xml.ts',
    code,
    why: 'The parser reads in one go: what its listeners throw reaches whoever called it.',
  })),
]

test('every listener, timer and loose promise has a floor, or somebody has looked at it', {
  timeout: 300_000,
}, () => {
  const files = fileNames.filter(
    (file) =>
      /^(?:src|pages|entry|scripts)\//.test(file.slice(root.length + 1)) && !file.endsWith('.test.ts'),
  )
  expect(files.length).toBeGreaterThan(400)
  const found = createSweep(root, files, options)().map(({ file, line, code }) => ({
    at: `${file}:${line}`,
    file,
    code,
  }))
  const isReviewed = ({ file, code }: { readonly file: string; readonly code: string }) =>
    reviewed.some((each) => each.file === file && each.code === code)
  expect(found.filter((each) => !isReviewed(each))).toEqual([])
  expect(
    reviewed.filter((each) => !found.some(({ file, code }) => each.file === file && each.code === code)),
  ).toEqual([])
})

describe('the sweep', () => {
  const preamble = `
    declare function work(): void
    declare function later(): Promise<void>
    declare const log: Log
    interface Log { error(event: string): void }
    interface Emitter { on(event: string, listener: (...given: any[]) => unknown): this; once(event: 'x' | 'y', listener: () => void): this }
    declare const emitter: Emitter
    declare const target: EventTarget & { onmessage: () => void }
    declare const router: { on(methods: string[], path: string, handler: () => void): void }
    declare const socket: { destroy(): void }
    declare function take(listener: () => void): void
    function careful() { try { work() } catch (error) { log.error('failed') } }
    async function carefulLater() { try { await later() } catch (error) { log.error('failed') } }
    type Floor = (work: () => void) => void
    declare const withFloor: Floor
    export {}
  `
  const loose = [
    "emitter.on('x', () => work())",
    "emitter.on('x', work)",
    "emitter.on('x', () => { log.error('heard'); work() })",
    "emitter.on('x', () => { try { work() } finally { log.error('done') } })",
    "emitter.on('x', async () => { await later() })",
    "emitter.on('x', async () => later())",
    "emitter.on('x', () => later())",
    "emitter.on('x', () => { if (JSON.parse('{')) return })",
    "for (const name of ['x', 'y'] as const) emitter.once(name, () => work())",
    "target.addEventListener('x', () => work())",
    "addEventListener('x', () => work())",
    'target.onmessage = () => work()',
    'setTimeout(() => work(), 5)',
    'setTimeout(work, 5)',
    'setInterval(() => { for (const each of [1]) work() }, 5)',
    'declare function setImmediate(callback: () => void): void; setImmediate(work)',
    'queueMicrotask(() => work())',
    'later()',
    'void later()',
    'later().then(() => work())',
    'later().finally(() => socket.destroy())',
    'take(() => void later())',
  ]
  const safe = [
    "emitter.on('x', () => {})",
    "emitter.on('x', () => { try { work() } catch { log.error('failed') } })",
    "emitter.on('x', careful)",
    "emitter.on('x', () => careful())",
    "emitter.on('x', () => withFloor(() => work()))",
    "emitter.on('x', () => void carefulLater())",
    "addEventListener('x', () => withFloor(() => later()))",
    "emitter.on('x', () => { later().catch(() => socket.destroy()) })",
    "emitter.on('x', async () => { try { await later() } catch (error) { log.error('failed') } })",
    "let last = 0; emitter.on('x', (n: number) => { last = n + 1; socket.destroy() })",
    "new Promise<void>((resolve, reject) => { emitter.on('x', resolve); emitter.on('y', reject) }).catch(() => {})",
    "const { promise, resolve } = Promise.withResolvers<void>(); emitter.on('x', () => resolve()); promise.catch(() => {})",
    "router.on(['GET'], '/', () => work())",
    'await later()',
    'void later().then(() => work(), () => {})',
    'void carefulLater()',
    'setTimeout(careful, 5)',
    'const result = later(); export const other = result',
  ]

  /** Each as a file that only the compiler sees. */
  const pathOf = (code: string) => `probe-${[...loose, ...safe].indexOf(code)}.ts`
  const texts = new Map(
    [...loose, ...safe].map((code) => [join(root, pathOf(code)), `${preamble}\n${code}`] as const),
  )
  const bare = { ...options, types: [], lib: ['lib.es2024.d.ts', 'lib.dom.d.ts'], skipLibCheck: true }
  const host = ts.createCompilerHost(bare)
  const found = createSweep(root, [...texts.keys()], bare, {
    ...host,
    fileExists: (name) => texts.has(name) || host.fileExists(name),
    readFile: (name) => texts.get(name) ?? host.readFile(name),
    getSourceFile(name, target) {
      const text = texts.get(name)
      return text === undefined
        ? host.getSourceFile(name, target)
        : ts.createSourceFile(name, text, target, true)
    },
  })()
  const foundIn = (code: string) => found.filter(({ file }) => file === pathOf(code))

  test.each(loose)('finds: %s', (code) => {
    expect(foundIn(code)).toHaveLength(1)
  })

  test.each(safe)('leaves alone: %s', (code) => {
    expect(foundIn(code)).toEqual([])
  })
})
