import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import { vi } from 'vitest'

const wait = { timeout: 30_000, interval: 50 }

/** Chromium as it is told something: by its tools for developers, as no push service is within reach. */
export async function launchPushed(executablePath: string, origin: string) {
  const browser: Browser = await puppeteer.launch({
    executablePath,
    headless: true,
    protocolTimeout: 120_000,
    args: ['--no-sandbox', '--disable-gpu'],
  })
  const context = browser.defaultBrowserContext()
  await context.overridePermissions(origin, ['notifications'])

  /** As `ServiceWorker.deliverPushMessage` names the worker of these addresses. */
  async function registrationOf(page: Page, scope: string) {
    const session = await page.createCDPSession()
    const known = new Map<string, string>()
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      for (const { scopeURL, registrationId, isDeleted } of registrations)
        if (isDeleted) known.delete(scopeURL)
        else known.set(scopeURL, registrationId)
    })
    await session.send('ServiceWorker.enable')
    const registrationId = await vi.waitFor(() => {
      const id = known.get(origin + scope)
      if (id === undefined) throw new Error(`no worker for ${scope}, but ${[...known.keys()]}`)
      return id
    }, wait)
    return { session, registrationId }
  }

  return {
    open: () => browser.newPage(),
    async deliver(page: Page, scope: string, text: string): Promise<void> {
      const { session, registrationId } = await registrationOf(page, scope)
      await session.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data: text })
      await session.detach()
    },
    shown: (page: Page) =>
      page.evaluate(async () => {
        const registrations = await navigator.serviceWorker.getRegistrations()
        const all = await Promise.all(registrations.map((each) => each.getNotifications()))
        return all.flat().map(({ title, body, tag, data }) => ({ title, body, tag, data }))
      }),
    /** As the browser tells the worker that somebody pressed it; only a person may put a window in front, or open one. */
    async press(tag: string): Promise<void> {
      const target = await browser.waitForTarget((each) => each.type() === 'service_worker')
      const worker = await target.worker()
      await worker?.evaluate(async (wanted) => {
        const scope = globalThis as unknown as { registration: ServiceWorkerRegistration } & EventTarget
        const [notification] = await scope.registration.getNotifications({ tag: wanted })
        const pressed = Object.assign(new Event('notificationclick'), {
          notification,
          waitUntil: (work: Promise<unknown>) => void work.catch(() => {}),
        })
        scope.dispatchEvent(pressed)
      }, tag)
    },
    close: () => browser.close(),
  }
}

export type PushedBrowser = Awaited<ReturnType<typeof launchPushed>>
