import {
  fileAddress,
  type PackageFiles,
  type PackageLesson,
  type PackageLoss,
} from '../../ports/course-packages.ts'
import { type HtmlPage, markdownOf } from './markup.ts'

const maxTitle = 200
const maxDescription = 2_000
const maxContent = 100_000
const maxResources = 50
export const maxLessons = 200
export const maxModules = 100

/** Lower-case letters, digits and hyphens: never the same twice. */
export function createKeys() {
  const taken = new Set<string>()
  return (...names: readonly string[]): string => {
    const name = names.find((each) => /[a-z\d]/i.test(each)) ?? 'part'
    const slug = name
      .normalize('NFKD')
      .toLowerCase()
      .replaceAll(/[^a-z\d]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 80)
      .replace(/-+$/, '')
    let key = slug
    for (let count = 2; taken.has(key); count++) key = `${slug}-${count}`
    taken.add(key)
    return key
  }
}

/** Without its query and fragment, with its escapes read. */
export function plainPath(address: string): string {
  const path = address.split(/[?#]/)[0] ?? ''
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** Relative to a folder of the package; null for what leads out of it. */
export function joined(folder: string, address: string): string | null {
  const segments = folder === '' ? [] : folder.split('/')
  for (const part of plainPath(address).split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (segments.length === 0) return null
      segments.pop()
    } else segments.push(part)
  }
  return segments.join('/')
}

export type Lose = (loss: Omit<PackageLoss, 'lesson'> & { readonly lesson?: string | null }) => void

const nameOf = (path: string): string => path.split('/').at(-1) ?? path

/** Collects what becomes a lesson, and says what of it does not. */
export function createLesson(
  {
    key,
    title,
    module,
    description = '',
  }: Pick<PackageLesson, 'key' | 'title' | 'module'> & {
    readonly description?: string
  },
  { files, lose, used }: { readonly files: PackageFiles; readonly lose: Lose; readonly used: Set<string> },
) {
  const texts: string[] = []
  const links: { title: string; url: string }[] = []
  const taken = new Map<string, PackageLesson['files'][number]>()
  let quiz: PackageLesson['quiz'] = null
  let videoUrl: string | null = null
  const loseHere: Lose = (loss) => lose({ ...loss, lesson: key })

  function addFile(
    path: string,
    given: { title?: string; use?: 'resource' | 'video' | 'captions'; language?: string } = {},
  ): boolean {
    const known = files.paths.includes(path)
    if (!known) {
      loseHere({ name: path, code: 'missing', message: 'Is not in the package.' })
      return false
    }
    used.add(path)
    if (taken.has(path)) return true
    if (taken.size + links.length >= maxResources) {
      loseHere({ name: path, code: 'limit', message: `A lesson has at most ${maxResources} resources.` })
      return false
    }
    taken.set(path, {
      path,
      title: (given.title || nameOf(path)).slice(0, maxTitle),
      use: given.use ?? 'resource',
      ...(given.language && { language: given.language }),
    })
    return true
  }

  return {
    key,
    lose: loseHere,
    addFile,
    get hasVideo() {
      return videoUrl !== null
    },
    addText(markdown: string): void {
      if (markdown.trim() !== '') texts.push(markdown.trim())
    },
    addLink(text: string, url: string): void {
      if (!url.startsWith('https:') || links.some((link) => link.url === url)) return
      if (taken.size + links.length < maxResources)
        links.push({ title: (text || url).slice(0, maxTitle), url })
      else loseHere({ name: url, code: 'limit', message: `A lesson has at most ${maxResources} resources.` })
    },
    setVideo(url: string): void {
      videoUrl = url
    },
    setQuiz(given: NonNullable<PackageLesson['quiz']>): void {
      quiz = given
    },
    /** `find`: the file of the package that an address means; null where it is none. */
    addHtml(html: string, find: (address: string) => { path: string } | { text: string } | null): HtmlPage {
      const page = markdownOf(html, (address, isImage) => {
        const absolute = address.startsWith('//') ? `https:${address}` : address
        if (/^[a-z][a-z\d+.-]*:/i.test(absolute) || absolute.startsWith('#'))
          return absolute.startsWith('#') ? null : absolute
        const found = find(address)
        if (found && 'text' in found) {
          loseHere({ name: address, code: 'not_supported', message: found.text })
          return null
        }
        if (!found || !addFile(found.path)) {
          if (!found) loseHere({ name: address, code: 'missing', message: 'Leads out of the package.' })
          return null
        }
        return isImage || taken.has(found.path) ? fileAddress(found.path) : null
      })
      for (const name of page.dropped)
        loseHere({ name, code: 'unsafe', message: 'Is not taken from a page: a lesson is text.' })
      if (page.markdown !== '') texts.push(page.markdown)
      return page
    },
    end(): PackageLesson {
      const cut = (text: string, max: number, name: string): string => {
        if (text.length <= max) return text
        loseHere({ name, code: 'cut', message: `Is longer than ${max} characters, and was cut off.` })
        return text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '')
      }
      return {
        key,
        title: cut(title.trim() || key, maxTitle, 'title'),
        description: cut(description, maxDescription, 'description'),
        module,
        content: cut(texts.join('\n\n'), maxContent, 'content'),
        videoUrl,
        links,
        files: [...taken.values()],
        quiz,
      }
    },
  }
}

export type LessonBuilder = ReturnType<typeof createLesson>
