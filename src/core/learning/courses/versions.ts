import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { compareVersions } from './compare-versions.ts'
import { type CourseVersion, courseVersions } from './courses.model.ts'
import { type LessonContent, lessonContents } from './lessons.model.ts'

const rememberedVersions = 500
/** Of the texts of lessons, in characters. */
const rememberedText = 10_000_000

/** Reads the lessons of courses. What was published never changes, so this process remembers it. */
export function createVersions({ documents }: Needs<'documents'>) {
  const remembered = new Map<string, CourseVersion>()
  const contents = new Map<string, LessonContent>()
  const underWay = new Map<string, Promise<LessonContent>>()
  let keptText = 0

  async function load(courseId: string, contentId: string): Promise<LessonContent> {
    const stored = await documents.read(lessonContents, { partition: courseId, id: contentId })
    if (!stored) throw new Error('a lesson has no content')
    const size = JSON.stringify(stored.value).length
    if (keptText + size > rememberedText) {
      contents.clear()
      keptText = 0
    }
    keptText += size
    contents.set(contentId, stored.value)
    return stored.value
  }

  return {
    compare: compareVersions,

    async read(courseId: string, versionId: string): Promise<CourseVersion> {
      const known = remembered.get(versionId)
      if (known) return known
      const stored = await documents.read(courseVersions, { partition: courseId, id: versionId })
      if (!stored) throw new Error('a version that is in use is not there')
      if (remembered.size >= rememberedVersions) remembered.clear()
      remembered.set(versionId, stored.value)
      return stored.value
    },

    async readDraft(courseId: string): Promise<Stored<CourseVersion>> {
      const stored = await documents.read(courseVersions, { partition: courseId, id: 'draft' })
      if (!stored) throw new Error('a course has no draft')
      return stored
    },

    /** Many who ask for the same at once share one read of the store. */
    async readContent(courseId: string, contentId: string): Promise<LessonContent> {
      const known = contents.get(contentId)
      if (known) return known
      const reading =
        underWay.get(contentId) ?? load(courseId, contentId).finally(() => underWay.delete(contentId))
      underWay.set(contentId, reading)
      return reading
    },
  }
}

export type Versions = ReturnType<typeof createVersions>
