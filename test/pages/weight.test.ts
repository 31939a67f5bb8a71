import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildPages, type PageManifest } from '../../scripts/build-pages.ts'
import { createPageAssets } from '../../src/adapters/pages/assets.ts'
import { createTestApp } from '../app.ts'

/*
 * What the page weighs on the way: everything that is loaded before somebody can sign in, and what a reload costs. Counted
 * as it is sent, headers too.
 */

const directory = mkdtempSync(join(tmpdir(), 'weight-'))
let manifest: PageManifest
let consoleManifest: PageManifest
let send: (path: string, headers?: Record<string, string>) => Promise<Response>

beforeAll(async () => {
  const manifests = await buildPages(directory, { isProduction: true })
  manifest = manifests.chat
  consoleManifest = manifests.console
  const assets = createPageAssets(async (name) => {
    try {
      return new Uint8Array(readFileSync(join(directory, name)))
    } catch {
      return null
    }
  })
  const { app } = await createTestApp({ ports: () => ({ assets }) })
  send = async (path, headers = {}) => app.request(`http://localhost:7071${path}`, { headers })
}, 60_000)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const bytesOf = async (response: Response): Promise<number> => {
  const head = [...response.headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 15)
  return head + (await response.arrayBuffer()).byteLength
}

test.each(['gzip', 'gzip, deflate, br'])('first usable within 100 kB, with %s', async (encoding) => {
  const headers = { 'accept-encoding': encoding }
  const names = [manifest.style, manifest.script, ...manifest.imports]
  let bytes = await bytesOf(await send('/dev/chat', headers))
  for (const name of names) {
    const response = await send(`/dev/chat/${name}`, headers)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-encoding')).toBe(encoding.includes('br') ? 'br' : 'gzip')
    expect(response.headers.get('cache-control')).toBe(
      'public, max-age=31536000, s-maxage=31536000, immutable',
    )
    bytes += await bytesOf(response)
  }
  expect(bytes).toBeLessThan(65_000)
  // And what comes after it, such as the connection and the emoji.
  const later = readdirSync(join(directory, 'chat'))
    .filter((name) => name.endsWith('.gz'))
    .reduce((sum, name) => sum + readFileSync(join(directory, 'chat', name)).byteLength, 0)
  expect(later).toBeLessThan(100_000)
})

test('staff sign in to the console within 40 kB, and no screen of it is heavy', async () => {
  const { script, style, imports } = consoleManifest
  const headers = { 'accept-encoding': 'gzip' }
  let bytes = await bytesOf(await send('/console', headers))
  for (const name of [style, script, ...imports])
    bytes += await bytesOf(await send(`/console/${name}`, headers))
  expect(bytes).toBeGreaterThan(15_000)
  expect(bytes).toBeLessThan(40_000)
  const parts = readdirSync(join(directory, 'console'))
    .filter((name) => name.endsWith('.js.gz') && ![script, ...imports].includes(name.slice(0, -3)))
    .map((name) => readFileSync(join(directory, 'console', name)).byteLength)
    .toSorted((one, other) => other - one)
  const [preview = 0, charts = 0, ...screens] = parts
  // How a lesson looks, and the library of charts, come only when they are wanted.
  expect(preview).toBeLessThan(56_000)
  expect(charts).toBeLessThan(26_000)
  expect(screens.length).toBeGreaterThan(5)
  expect(Math.max(...screens)).toBeLessThan(16_000)
})

test('a reload within 5 kB: the page is known again, and its parts are not asked for', async () => {
  const first = await send('/dev/chat')
  const again = await send('/dev/chat', { 'if-none-match': first.headers.get('etag') ?? '' })
  expect(again.status).toBe(304)
  // Beside it who is here and the first page of the list, which are never kept.
  expect(await bytesOf(again)).toBeLessThan(1_500)
})

test('nobody who cannot take it gets it compressed', async () => {
  for (const encoding of ['', 'identity', 'br;q=0, gzip;q=0']) {
    const response = await send(`/dev/chat/${manifest.style}`, { 'accept-encoding': encoding })
    expect(response.headers.get('content-encoding')).toBeNull()
    expect(response.headers.get('vary')).toContain('Accept-Encoding')
    expect(await response.text()).toContain('--accent')
  }
})

test('in production there is no source map, and nothing but what was built is handed out', async () => {
  const names = readdirSync(join(directory, 'chat'))
  expect(names.filter((name) => name.includes('.map'))).toEqual([])
  for (const name of names.filter((each) => each.endsWith('.js')))
    expect(readFileSync(join(directory, 'chat', name), 'utf8')).not.toContain('sourceMappingURL')
  for (const name of [
    'manifest.json',
    '..%2Fmanifest.json',
    'main.tsx',
    `${manifest.script}.gz`,
    'no-such.js',
  ])
    expect((await send(`/dev/chat/${name}`)).status).toBe(404)
})
