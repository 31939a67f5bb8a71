import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { EnginePage } from './engines/engines.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What somebody does in the chat page, and what they see of it. Waits for what is to be seen, never for a while. */
export function createChatPerson(page: EnginePage, url: string, path = '/dev/chat') {
  async function until(what: string, look: () => Promise<unknown>, timeoutMs = 45_000): Promise<void> {
    const end = Date.now() + timeoutMs
    let failure: unknown
    do {
      try {
        if (await look()) return
      } catch (error) {
        failure = error
      }
      await new Promise((resolve) => setTimeout(resolve, 60))
    } while (Date.now() < end)
    throw new Error(`${page.engine} waited for ${what}${failure ? `: ${failure}` : ''}`)
  }
  const sees = (selector: string, words = '') =>
    until(`${selector} "${words}"`, () =>
      page.run(
        (wanted, text) =>
          [...document.querySelectorAll(wanted)].some((each) => each.textContent?.includes(text)),
        selector,
        words,
      ),
    )
  const seesNo = (selector: string, words = '') =>
    until(`no ${selector} "${words}"`, () =>
      page.run(
        (wanted, text) =>
          ![...document.querySelectorAll(wanted)].some((each) => each.textContent?.includes(text)),
        selector,
        words,
      ),
    )
  /** Presses what has these words, or this name. */
  async function press(selector: string, words: string): Promise<void> {
    await until(`${selector} "${words}" to press`, () =>
      page.run(
        (wanted, text) => {
          const found = [...document.querySelectorAll<HTMLElement>(wanted)].find(
            (each) =>
              each.textContent?.includes(text) ||
              each.getAttribute('aria-label')?.includes(text) ||
              each.getAttribute('value') === text,
          )
          found?.click()
          return found !== undefined
        },
        selector,
        words,
      ),
    )
  }
  async function fill(selector: string, text: string): Promise<void> {
    await sees(selector)
    await page.run((wanted) => {
      const field = document.querySelector<HTMLInputElement>(wanted)
      field?.focus()
      field?.select()
    }, selector)
    await page.type(text)
  }
  return {
    page,
    until,
    sees,
    seesNo,
    press,
    fill,
    open: () => page.goto(url + path),
    async signIn(email: string, password: string) {
      await page.goto(url + path)
      await fill('[name=email]', email)
      await fill('[name=password]', password)
      await page.press('Enter')
      await sees('.sidebar')
      await seesNo('.sidebar .loading')
    },
    async write(text: string) {
      await fill('.composer textarea', text)
      await page.press('Enter')
    },
    async openConversation(title: string) {
      await press('.conversation', title)
      await sees('.thread-header h2', title)
      await seesNo('.thread .loading')
    },
    /** Opens the menu of the message with these words, and picks from it. */
    async choose(words: string, item: string) {
      await until(`the menu of "${words}"`, () =>
        page.run((text) => {
          const row = [...document.querySelectorAll('[data-message]')].find((each) =>
            each.textContent?.includes(text),
          )
          const button = row?.querySelector<HTMLElement>('.message-menu')
          button?.click()
          return button !== null && button !== undefined
        }, words),
      )
      await press('[role=menuitem]', item)
    },
    /**
     * Nobody has touched anything for ten minutes, and the server says that the session ends in so many seconds: the next
     * time that it is asked, or every time.
     */
    async endSessionIn(seconds: number, until: 'once' | 'again' = 'once') {
      await page.run(
        (secondsLeft, isAgain) => {
          const [fetchNow, now] = [globalThis.fetch, Date.now]
          const late = 10 * 60_000
          Date.now = () => now() + late
          let answers = isAgain ? Number.POSITIVE_INFINITY : 1
          globalThis.fetch = async (...request) => {
            const answer = await fetchNow(...request)
            const { pathname } = new URL(answer.url)
            if (!pathname.endsWith('/auth/sessions/current') || answers-- <= 0) return answer
            const session = { ...((await answer.json()) as object), secondsLeft }
            return new Response(JSON.stringify(session), { headers: answer.headers })
          }
          document.dispatchEvent(new Event('visibilitychange'))
        },
        seconds,
        until === 'again',
      )
    },
    /** Moves the focus on by the keyboard until it is there. */
    async tabTo(selector: string) {
      for (let presses = 0; presses < 60; presses++) {
        if (await page.run((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return
        await page.press('Tab')
      }
      throw new Error(`${page.engine}: the keyboard does not reach ${selector}`)
    },
    texts: (selector: string) =>
      page.run(
        (wanted) => [...document.querySelectorAll(wanted)].map((each) => each.textContent ?? ''),
        selector,
      ),
    /** What axe finds wrong, in words. */
    async faults(): Promise<readonly string[]> {
      if (!(await page.run(() => 'axe' in globalThis))) await page.load(axeSource)
      return page.run(async () => {
        const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: any[] }> } }
        const { violations } = await axe.run()
        return violations.map(
          ({ id, nodes }) =>
            `${id}: ${nodes
              .slice(0, 4)
              .map(({ target, failureSummary }: any) => `${target} ${failureSummary}`)
              .join(' | ')}`,
        )
      })
    },
    /** What stands out at the side: there is nothing that one would have to scroll sideways for. */
    cutOff: () =>
      page.run(() =>
        [...document.querySelectorAll('button, h1, h2, .bubble, input, textarea, label')]
          .filter((each) => {
            const { right, left, width } = each.getBoundingClientRect()
            return width > 1 && (right > innerWidth + 1 || left < -1)
          })
          .map((each) => `${each.tagName} ${each.className} ${each.textContent?.slice(0, 40)}`),
      ),
  }
}

export type ChatPerson = ReturnType<typeof createChatPerson>
