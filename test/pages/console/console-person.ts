import { demoPassword } from '../../../entry/demo.ts'
import { createChatPerson } from '../chat-person.ts'
import type { EnginePage } from '../engines/engines.ts'

export const desk = { name: 'a desk', size: { width: 1200, height: 800 } } as const
export const phone = { name: 'a phone', size: { width: 390, height: 844 } } as const

/** Somebody on the staff, signed in at the console. */
export async function sitAtConsole(page: EnginePage, url: string, email: string, password = demoPassword) {
  const person = createChatPerson(page, url, '/console')
  await person.open()
  await person.fill('[name=email]', email)
  await person.fill('[name=password]', password)
  await page.press('Enter')
  await person.sees('.console-menu a')
  return {
    ...person,
    /** What the page gives to be saved from now on, instead of saving it. */
    async keepsFiles() {
      await page.run(() => {
        const kept: Blob[] = []
        Object.assign(globalThis, { kept })
        URL.createObjectURL = (blob) => {
          kept.push(blob as Blob)
          return '#'
        }
        HTMLAnchorElement.prototype.click = () => {}
      })
    },
    async savedFile(): Promise<{ readonly name: string; readonly text: string }> {
      await person.until('a saved file', () =>
        page.run(() => (globalThis as unknown as { kept: Blob[] }).kept.length > 0),
      )
      return page.run(async () => {
        const [file] = (globalThis as unknown as { kept: File[] }).kept
        return { name: file?.name ?? '', text: (await file?.text()) ?? '' }
      })
    },
    /** By its label, as somebody with a keyboard would: the choice is heard by the page. */
    choose: (label: string, words: string) =>
      person.until(`the choice ${label}`, () =>
        page.run(
          (wanted, choice) => {
            const field = [...document.querySelectorAll('label')].find((each) =>
              each.textContent?.startsWith(wanted),
            )
            const select = field?.querySelector('select')
            const option = [...(select?.options ?? [])].find(({ text }) => text === choice)
            if (!select || !option) return false
            select.value = option.value
            select.dispatchEvent(new Event('change', { bubbles: true }))
            return true
          },
          label,
          words,
        ),
      ),
    /** The page asks who one is, before something that gives power over others. It holds for a while. */
    async confirmsIdentity() {
      await person.fill('dialog [name=proof]', password)
      await page.press('Enter')
      await person.seesNo('dialog')
    },
    hasFocus: (selector: string) =>
      page.run((wanted) => document.activeElement?.matches(wanted) ?? false, selector),
  }
}

export type ConsolePerson = Awaited<ReturnType<typeof sitAtConsole>>
