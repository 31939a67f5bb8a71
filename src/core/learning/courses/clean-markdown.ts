import type { Needs } from '../../../ports/ports.ts'
import type { ImportNotice } from './import-notices.ts'

/** Nothing of it can be HTML, an entity, or lead anywhere but to the web, a mailbox or a telephone. */
const isPlainly = (markdown: string): boolean =>
  !/[<&]|[a-z\d+.-]:(?=\S)/i.test(markdown.replaceAll(/\b(?:https?:\/\/|mailto:|tel:)/gi, ''))

interface Cleanable {
  readonly key: string
  readonly content: string
}

/** Markdown from elsewhere as Markdown alone; what went is named. */
export function createCleanMarkdown({ coursePackages }: Needs<'coursePackages'>) {
  return async <T extends Cleanable>(
    lesson: T,
  ): Promise<{ readonly lesson: T; readonly notices: readonly ImportNotice[] }> => {
    if (isPlainly(lesson.content)) return { lesson, notices: [] }
    const { markdown, dropped } = await coursePackages.toSafeMarkdown(lesson.content)
    if (markdown === lesson.content) return { lesson, notices: [] }
    const notice = (code: string, message: string): ImportNotice => ({
      lesson: lesson.key,
      path: 'content',
      code,
      message,
    })
    return {
      lesson: { ...lesson, content: markdown },
      notices:
        dropped.length === 0
          ? [notice('rewritten', 'Had HTML in it: it is Markdown now.')]
          : dropped.map((name) => notice('unsafe', `Had HTML in it: it is Markdown now, without ${name}.`)),
    }
  }
}

export type CleanMarkdown = ReturnType<typeof createCleanMarkdown>
