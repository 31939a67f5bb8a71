/*
 * A service worker that shows what devices are told, and leads to it. It is a file of its own, without an import: a front end
 * serves it at its root, or names it with `importScripts` in a worker that it has already. It keeps nothing, answers no
 * request of a page, and knows nobody: what it shows is in what it was sent. `?api=` in its address says where the API is;
 * without it that is the worker's own origin.
 */

interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface Pushed extends Lasting {
  readonly data: { json(): unknown } | null
}
interface Clicked extends Lasting {
  readonly notification: Notification
}
interface SubscriptionChanged extends Lasting {
  readonly oldSubscription?: PushSubscription | null
  readonly newSubscription?: PushSubscription | null
}
interface OpenPage {
  readonly url: string
  readonly focused: boolean
  readonly visibilityState: DocumentVisibilityState
  focus(): Promise<unknown>
  postMessage(message: unknown, ports: readonly MessagePort[]): void
}
interface Scope {
  readonly location: Location
  readonly navigator: Navigator
  readonly registration: ServiceWorkerRegistration
  readonly clients: {
    matchAll(options: { type: 'window'; includeUncontrolled: true }): Promise<readonly OpenPage[]>
    openWindow(url: string): Promise<unknown>
    claim(): Promise<void>
  }
  skipWaiting(): Promise<void>
  addEventListener(name: 'install' | 'activate', listener: (event: Lasting) => void): void
  addEventListener(name: 'push', listener: (event: Pushed) => void): void
  addEventListener(name: 'notificationclick', listener: (event: Clicked) => void): void
  addEventListener(name: 'pushsubscriptionchange', listener: (event: SubscriptionChanged) => void): void
}

/** The declarative format of web push: what Safari shows without this worker. */
interface Wake {
  readonly title: string
  readonly body?: string
  readonly lang?: string
  readonly dir?: NotificationDirection
  readonly navigate?: string
  readonly tag?: string
  readonly badge?: number
}

;(() => {
  const scope = globalThis as unknown as Scope
  const { location, navigator, registration, clients } = scope
  const api = `${(new URL(location.href).searchParams.get('api') ?? location.origin).replace(/\/+$/, '')}/api/v1`
  /** Beyond it Firefox opens no window for a click any more. */
  const answerMs = 400

  const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

  /** Whatever came: something is shown for each push, or the browser ends the subscription. */
  function read(data: Pushed['data']): Wake {
    let sent: { web_push?: unknown; notification?: Record<string, unknown>; app_badge?: unknown } | null
    try {
      sent = data?.json() as typeof sent
    } catch {
      sent = null
    }
    const { notification } = sent?.web_push === 8030 ? (sent ?? {}) : {}
    const title = textOf(notification?.['title'])
    if (!notification || !title) {
      const isSpanish = navigator.language?.startsWith('es')
      return { title: isSpanish ? 'Algo nuevo' : 'Something new', tag: 'tools-inc' }
    }
    const badge = Number(sent?.app_badge)
    return {
      title,
      ...Object.fromEntries(
        ['body', 'lang', 'dir', 'navigate', 'tag'].map((name) => [name, textOf(notification[name])]),
      ),
      ...(sent?.app_badge !== undefined && Number.isInteger(badge) && badge >= 0 ? { badge } : {}),
    }
  }

  async function setBadge(badge: number): Promise<void> {
    try {
      await (badge > 0 ? navigator.setAppBadge?.(badge) : navigator.clearAppBadge?.())
    } catch {
      // Only what is installed has one.
    }
  }

  async function show({ title, badge, navigate, ...words }: Wake): Promise<void> {
    const options = Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined))
    await registration.showNotification(title, { ...options, data: { navigate } })
    if (badge !== undefined) await setBadge(badge)
  }

  /** Never to another site, whatever it was sent. */
  function placeOf(notification: Notification): string {
    const { navigate } = (notification.data ?? {}) as { navigate?: unknown }
    try {
      const wanted = new URL(String(navigate))
      return wanted.origin === location.origin ? wanted.href : registration.scope
    } catch {
      return registration.scope
    }
  }

  /** Whether a page took it over: one that sleeps, or is of somebody else, answers nothing. */
  const isTaken = (page: OpenPage, navigate: string): Promise<boolean> =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel()
      const waiting = setTimeout(() => resolve(false), answerMs)
      port1.onmessage = () => {
        clearTimeout(waiting)
        resolve(true)
      }
      page.postMessage({ toolsInc: 'open', navigate }, [port2])
    })

  async function open(navigate: string): Promise<void> {
    const pages = (await clients.matchAll({ type: 'window', includeUncontrolled: true })).filter(({ url }) =>
      url.startsWith(registration.scope),
    )
    const page =
      pages.find(({ focused }) => focused) ??
      pages.find(({ visibilityState }) => visibilityState === 'visible') ??
      pages[0]
    if (page && (await isTaken(page, navigate))) await page.focus()
    else await clients.openWindow(navigate)
  }

  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(api + path, {
      ...init,
      credentials: 'include',
      headers: { 'X-Background': 'true', ...(init.body ? { 'Content-Type': 'application/json' } : {}) },
    })

  /** In turn with the pages, which refresh under the same lock. */
  async function askSignedIn(path: string, init?: RequestInit): Promise<Response> {
    const answer = await ask(path, init)
    if (answer.status !== 401) return answer
    await navigator.locks?.request('tools-inc-refresh', () => ask('/auth/refresh', { method: 'POST' }))
    return ask(path, init)
  }

  async function idOf({ endpoint }: PushSubscription): Promise<string> {
    const bytes = new TextEncoder().encode(`push web ${endpoint}`)
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    return btoa(String.fromCharCode(...digest))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '')
  }

  /** The browser has another address. Only who was told at the one before is told at it: perhaps somebody else is here by now. */
  async function resubscribe({ oldSubscription: old, newSubscription }: SubscriptionChanged): Promise<void> {
    const manager = registration.pushManager
    const [devices, key] = await Promise.all([
      askSignedIn('/notifications/push/devices'),
      ask('/notifications/push/key'),
    ])
    const { items = [] } = devices.ok
      ? ((await devices.json()) as { items?: readonly { id: string; isOfThisSession: boolean }[] })
      : {}
    const before = old ? await idOf(old) : null
    const isMine = items.some(({ id, isOfThisSession }) =>
      before === null ? isOfThisSession : id === before,
    )
    const { publicKey } = key.ok ? ((await key.json()) as { publicKey: string | null }) : { publicKey: null }
    if (!isMine || publicKey === null) {
      await (newSubscription ?? (await manager.getSubscription()))?.unsubscribe()
      return
    }
    const subscription =
      newSubscription ?? (await manager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey }))
    const body = JSON.stringify({ ...subscription.toJSON(), publicKey })
    await askSignedIn('/notifications/push/devices', { method: 'PUT', body })
    if (before !== null && before !== (await idOf(subscription)))
      await askSignedIn(`/notifications/push/devices/${before}`, { method: 'DELETE' })
  }

  // Nothing is kept, so that a newer worker takes the place of an older one at once.
  scope.addEventListener('install', (event) => event.waitUntil(scope.skipWaiting()))
  scope.addEventListener('activate', (event) => event.waitUntil(clients.claim()))
  scope.addEventListener('push', (event) => event.waitUntil(show(read(event.data))))
  scope.addEventListener('notificationclick', (event) => {
    event.notification.close()
    event.waitUntil(open(placeOf(event.notification)))
  })
  scope.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(resubscribe(event)))
})()
