import type { Files } from '../../files/files.ts'
import type { ErrorDetail } from '../../kernel/errors.ts'
import { filled, type Said } from '../../kernel/messages/said.ts'
import type { CourseVersion } from './courses.model.ts'
import { type ContentParts, fileIdsOf, usesOf } from './lesson-files.ts'
import type { Unavailable } from './lesson-parts.model.ts'
import type { LessonOutline } from './lessons.model.ts'
import type { Versions } from './versions.ts'
import { doubtfulRules, impossibleRules } from './watch-rules.model.ts'

const readAtOnce = 20

const words: Readonly<Record<Unavailable, Said>> = {
  missing: 'This file is not there any more. Learners see the lesson without it.',
  scan_pending: 'This file is still being checked. Until then learners see the lesson without it.',
  file_rejected:
    'This file was removed because something harmful was found in it. Learners see the lesson without it.',
  unreachable: 'This file is out of reach for the moment.',
}

/** A video of ours, or elsewhere, that nobody wrote down for those who do not hear it. */
const lacksCaptions = ({ videoFileId, videoUrl, captions, transcript }: ContentParts): boolean =>
  (videoFileId !== null || videoUrl !== null) &&
  !(captions ?? []).some(({ kind }) => kind === 'captions') &&
  (videoFileId !== null || !transcript)

/** What an author should know about the lessons of a draft, and what keeps them from being published. */
export function createFindProblems({
  versions,
  files,
}: {
  readonly versions: Versions
  readonly files: Pick<Files['courses'], 'stateOf'>
}) {
  const within = (lesson: LessonOutline, { path, code, message }: ErrorDetail): ErrorDetail => ({
    path: `lessons.${lesson.id}.${path}`,
    code,
    message: filled('“{title}”: {problem}', { title: { asIs: lesson.title }, problem: message }),
  })

  async function filesOf(courseId: string, lesson: LessonOutline): Promise<readonly ErrorDetail[]> {
    const { fileIds } = lesson
    if (fileIds?.length === 0) return []
    const content = await versions.readContent(courseId, lesson.contentId)
    const states = await Promise.all(
      fileIdsOf(content).map(async (id) => [id, await files.stateOf(id)] as const),
    )
    const unavailable = new Map(states)
    return usesOf(content).flatMap(({ fileId, use }) => {
      const code = unavailable.get(fileId)
      return code ? [{ path: use.path, code, message: words[code] }] : []
    })
  }

  /** A few lessons at a time: a course may have hundreds. */
  async function ofEach(
    lessons: readonly LessonOutline[],
    find: (lesson: LessonOutline) => Promise<readonly ErrorDetail[]>,
  ): Promise<readonly ErrorDetail[]> {
    const problems: ErrorDetail[] = []
    for (let i = 0; i < lessons.length; i += readAtOnce) {
      const found = await Promise.all(
        lessons
          .slice(i, i + readAtOnce)
          .map(async (lesson) => (await find(lesson)).map((problem) => within(lesson, problem))),
      )
      problems.push(...found.flat())
    }
    return problems
  }

  return {
    /** Told, whatever they are: the lessons can be shown. */
    told: ({ courseId, lessons }: CourseVersion): Promise<readonly ErrorDetail[]> =>
      ofEach(lessons, async (lesson) => [
        ...(await filesOf(courseId, lesson)),
        ...impossibleRules(lesson),
        ...doubtfulRules(lesson),
      ]),

    /** What has to be put right before the draft is published. */
    preventing: (
      { courseId, lessons }: CourseVersion,
      { areCaptionsRequired }: { readonly areCaptionsRequired: boolean },
    ): Promise<readonly ErrorDetail[]> =>
      ofEach(lessons, async (lesson) => {
        const problems = [...impossibleRules(lesson)]
        if (areCaptionsRequired && lacksCaptions(await versions.readContent(courseId, lesson.contentId)))
          problems.push({ path: 'captions', code: 'captions_missing', message: 'Its video needs captions.' })
        return problems
      }),
  }
}

export type FindProblems = ReturnType<typeof createFindProblems>
