import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { clientScript } from '../../scripts/build-client.ts'

/* The worker as a front end gets it, in a world that has what a browser has for it. */

const script = clientScript(join(import.meta.dirname, '../../src/client/worker.ts'))
const site = 'https://portal.example.org'

interface Page {
  url: string
  focused: boolean
  visibilityState: 'visible' | 'hidden'
  /** Whether the page listens. */
  isAwake: boolean
}
interface Asked {
  url: string
  method: string
  body: unknown
}

function start({
  address = `${site}/worker.js`,
  language = 'en',
  pages = [] as Page[],
  answer = (_: Asked): Response => new Response(null, { status: 401 }),
  subscription = null as object | null,
} = {}) {
  const listeners = new Map<string, (event: object) => void>()
  const shown: { title: string; options: any }[] = []
  const heard: string[] = []
  const asked: Asked[] = []
  const badges: number[] = []
  const scope = {
    location: new URL(address),
    navigator: {
      language,
      setAppBadge: async (count: number) => void badges.push(count),
      clearAppBadge: async () => void badges.push(0),
      locks: { request: async (_: string, work: () => Promise<unknown>) => work() },
    },
    registration: {
      scope: `${site}/`,
      async showNotification(title: string, options: object) {
        shown.push({ title, options })
      },
      pushManager: {
        getSubscription: async () => subscription,
        subscribe: async () => subscribed('https://push.example/new'),
      },
    },
    clients: {
      matchAll: async () =>
        pages.map((page) => ({
          ...page,
          focus: async () => void heard.push(`focus ${page.url}`),
          postMessage({ navigate }: { navigate: string }, [port]: MessagePort[]) {
            if (!page.isAwake) return
            heard.push(`tell ${page.url} ${navigate}`)
            port?.postMessage('taken')
          },
        })),
      openWindow: async (url: string) => void heard.push(`open ${url}`),
      claim: async () => void heard.push('claim'),
    },
    skipWaiting: async () => void heard.push('skip waiting'),
    addEventListener: (name: string, listener: (event: object) => void) => listeners.set(name, listener),
    async fetch(url: string, { method = 'GET', body, headers, credentials }: RequestInit = {}) {
      expect([new Headers(headers).get('x-background'), credentials]).toEqual(['true', 'include'])
      const each = { url, method, body: body === undefined ? null : JSON.parse(String(body)) }
      asked.push(each)
      return answer(each)
    },
    ...{ URL, MessageChannel, setTimeout, clearTimeout, crypto, TextEncoder, btoa, Uint8Array },
  }
  runInNewContext(script, scope)
  async function fire(name: string, event: object = {}): Promise<void> {
    const waited: Promise<unknown>[] = []
    listeners.get(name)?.({ ...event, waitUntil: (work: Promise<unknown>) => waited.push(work) })
    await Promise.all(waited)
  }
  const push = (text: string | null) =>
    fire('push', { data: text === null ? null : { json: () => JSON.parse(text) } })
  const click = (navigate: unknown) => {
    const notification = { data: { navigate }, close: () => heard.push('close') }
    return fire('notificationclick', { notification })
  }
  return { listeners, shown, heard, asked, badges, fire, push, click }
}

const subscribed = (endpoint: string, ended: string[] = []) => ({
  endpoint,
  toJSON: () => ({ endpoint, expirationTime: null, keys: { p256dh: 'p', auth: 'a' } }),
  async unsubscribe() {
    ended.push(endpoint)
    return true
  },
})

const wake = (badge: unknown = 3) =>
  JSON.stringify({
    web_push: 8030,
    notification: {
      title: 'Algo nuevo',
      body: 'Abra para verlo.',
      lang: 'es',
      dir: 'auto',
      navigate: `${site}/open/abc`,
      tag: 'hash',
    },
    app_badge: badge,
  })

test('what it is sent is what it shows, and nothing of its own', async () => {
  const { shown, badges, push } = start()
  await push(wake())
  expect(shown).toEqual([
    {
      title: 'Algo nuevo',
      options: {
        body: 'Abra para verlo.',
        lang: 'es',
        dir: 'auto',
        tag: 'hash',
        data: { navigate: `${site}/open/abc` },
      },
    },
  ])
  expect(badges).toEqual([3])
})

test.each([
  null,
  '',
  'not json',
  'null',
  '7',
  '[]',
  '{}',
  '{"web_push":8030}',
  '{"web_push":8030,"notification":null}',
  '{"web_push":8030,"notification":{"title":""}}',
  '{"web_push":8030,"notification":{"title":7}}',
  '{"web_push":"8030","notification":{"title":"Of another"}}',
  '{"notification":{"title":"Of another"}}',
])('exactly one is shown for whatever comes: %s', async (text) => {
  const { shown, push } = start({ language: 'es-MX' })
  await push(text)
  expect(shown.map(({ title }) => title)).toEqual(['Algo nuevo'])
})

test.each([
  [0, [0]],
  [-1, []],
  ['3', [3]],
  ['many', []],
  [null, [0]],
  [1.5, []],
])('a badge of %j', async (badge, expected) => {
  const { shown, badges, push } = start()
  await push(wake(badge))
  expect(shown).toHaveLength(1)
  expect(badges).toEqual(expected)
})

const page = (path: string, more: Partial<Page> = {}): Page => ({
  url: site + path,
  focused: false,
  visibilityState: 'hidden',
  isAwake: true,
  ...more,
})

test('the page that somebody looks at goes there, and is put in front', async () => {
  const visible = { visibilityState: 'visible' as const }
  const pages = [page('/a'), page('/b', visible), page('/c', { ...visible, focused: true })]
  const { heard, click } = start({ pages })
  await click(`${site}/open/abc`)
  expect(heard).toEqual(['close', `tell ${site}/c ${site}/open/abc`, `focus ${site}/c`])
})

test('where no page is open, or it sleeps, a new one opens', async () => {
  const none = start()
  await none.click(`${site}/open/abc`)
  expect(none.heard).toEqual(['close', `open ${site}/open/abc`])
  const asleep = start({ pages: [page('/a', { isAwake: false })] })
  await asleep.click(`${site}/open/abc`)
  expect(asleep.heard).toEqual(['close', `open ${site}/open/abc`])
  const elsewhere = start({ pages: [{ ...page('/a'), url: 'https://other.example/' }] })
  await elsewhere.click(`${site}/open/abc`)
  expect(elsewhere.heard).toEqual(['close', `open ${site}/open/abc`])
})

test.each([
  'https://evil.example/open/abc',
  'javascript:alert(1)',
  'data:text/html,a',
  `${site}.evil.example/`,
  '//evil.example',
  '',
  undefined,
  7,
])('it leads to no other site: %s', async (navigate) => {
  const { heard, click } = start()
  await click(navigate)
  expect(heard).toEqual(['close', `open ${site}/`])
})

test('a newer one takes the place of an older one at once, and it answers no request of a page', async () => {
  const { heard, listeners, fire } = start()
  await fire('install')
  await fire('activate')
  expect(heard).toEqual(['skip waiting', 'claim'])
  expect(listeners.has('fetch')).toBe(false)
  expect(script).not.toMatch(/\bcaches\b|indexedDB/)
})

const idOfOld = 'Kq9WU8XiELVCRNVx4nU3am_h-VL8NojML_scGmUsJco'
const json = (body: unknown) => Response.json(body)
const devices = '/api/v1/notifications/push/devices'

test('another address of this browser is told to the server, where it was told at the one before', async () => {
  const old = subscribed('https://push.example/old')
  const fresh = subscribed('https://push.example/new')
  let refreshed = false
  const { asked, fire } = start({
    address: `${site}/worker.js?api=https%3A%2F%2Fapi.example.org`,
    answer({ url, method }) {
      if (url.endsWith('/auth/refresh')) refreshed = true
      else if (url.endsWith('/push/key')) return json({ publicKey: 'key' })
      else if (!refreshed) return new Response(null, { status: 401 })
      return method === 'GET' ? json({ items: [{ id: idOfOld, isOfThisSession: false }] }) : json({})
    },
  })
  await fire('pushsubscriptionchange', { oldSubscription: old, newSubscription: fresh })
  const api = 'https://api.example.org'
  expect(asked.filter(({ method }) => method !== 'GET')).toEqual([
    { url: `${api}/api/v1/auth/refresh`, method: 'POST', body: null },
    { url: api + devices, method: 'PUT', body: { ...fresh.toJSON(), publicKey: 'key' } },
    { url: `${api}${devices}/${idOfOld}`, method: 'DELETE', body: null },
  ])
})

test('whoever is here by now is told nothing of what somebody else wanted', async () => {
  const ended: string[] = []
  const { asked, fire } = start({
    answer: ({ url }) =>
      url.endsWith('/push/key')
        ? json({ publicKey: 'key' })
        : json({ items: [{ id: 'of-another-device', isOfThisSession: true }] }),
  })
  await fire('pushsubscriptionchange', {
    oldSubscription: subscribed('https://push.example/old'),
    newSubscription: subscribed('https://push.example/new', ended),
  })
  expect(ended).toEqual(['https://push.example/new'])
  expect(asked.filter(({ method }) => method !== 'GET')).toEqual([])
})

test('where nobody is signed in it ends', async () => {
  const ended: string[] = []
  const { fire } = start({ subscription: subscribed('https://push.example/new', ended) })
  await fire('pushsubscriptionchange')
  expect(ended).toEqual(['https://push.example/new'])
})
