import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ChatPerson } from '../pages/chat-person.ts'
import { example } from './portal.ts'

/** Every page of the example, as the folder of its `page.tsx`. */
export const pages: readonly string[] = readdirSync(join(example, 'app'), {
  recursive: true,
  encoding: 'utf8',
})
  .filter((file) => file.endsWith('page.tsx'))
  .map((file) => `/${dirname(file)}/`.replace('/./', '/'))
  .toSorted()

const looks = [
  { name: 'desk-light', theme: 'light', size: { width: 1000, height: 800 } },
  { name: 'phone-dark', theme: 'dark', size: { width: 390, height: 844 } },
] as const

const settled = (person: ChatPerson) =>
  person.until('the page to be there', () =>
    person.page.run(
      () =>
        (document.querySelector('h1')?.parentElement?.childElementCount ?? 0) > 2 &&
        ![...document.querySelectorAll('.quiet')].some((each) =>
          /^(Loading|Connecting)…$/.test(each.textContent),
        ),
    ),
  )

/** What can be pressed or typed in and is not reached by the keyboard, in words. */
async function unreached({ page }: ChatPerson): Promise<readonly string[]> {
  const count = await page.run(() => {
    const all = document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, video')
    const shown = [...all].filter((each) => each.tabIndex >= 0 && each.checkVisibility())
    for (const each of shown) each.dataset['reach'] = 'no'
    document.body.focus()
    return shown.length
  })
  for (let presses = 0; presses < count + 8; presses++) {
    await page.press('Tab')
    await page.run(() => {
      const active = document.activeElement as HTMLElement | null
      if (active) delete active.dataset['reach']
      // Of radio buttons the keyboard reaches the chosen one, and the arrows the others.
      if (active instanceof HTMLInputElement && active.type === 'radio')
        for (const each of document.getElementsByName(active.name)) delete each.dataset['reach']
    })
  }
  return page.run(() =>
    [...document.querySelectorAll('[data-reach]')].map((each) => each.outerHTML.slice(0, 120)),
  )
}

/** What is wrong with how this page looks, at a desk and on a phone, light and dark. */
export async function faultsOf(person: ChatPerson, name: string, url: string): Promise<readonly string[]> {
  const pictures = process.env['PICTURES']
  const found: string[] = []
  for (const look of looks) {
    await person.page.resize(look.size.width, look.size.height)
    await person.page.goto(url)
    await settled(person)
    await person.page.run((theme) => {
      document.documentElement.dataset['theme'] = theme
    }, look.theme)
    if (pictures) {
      mkdirSync(pictures, { recursive: true })
      writeFileSync(join(pictures, `${name}-${look.name}.png`), await person.page.picture())
    }
    const isWide = await person.page.run(() => document.documentElement.scrollWidth > innerWidth)
    const faults = [
      ...(await person.faults()),
      ...(await person.cutOff()),
      ...(isWide ? ['it has to be scrolled sideways'] : []),
      ...(look.name === 'desk-light' ? await unreached(person) : []),
    ]
    found.push(...faults.map((fault) => `${name}, ${look.name}: ${fault}`))
  }
  return found
}
