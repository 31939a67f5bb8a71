import { isRecent } from '../../../ports/clock.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { User } from '../../accounts/users/users.model.ts'
import type { Courses } from '../courses/courses.ts'
import type { Quizzes } from '../quizzes/quizzes.ts'
import { standingWith } from '../quizzes/standing.model.ts'
import type { Learners } from './learners.ts'
import { itemOf, type LessonAccess, requireOpen } from './lesson-access.ts'
import type { Lesson, LessonList } from './study.model.ts'

/** Opening lessons is noted this often. */
const noteAccessAfterMs = 5 * 60_000

/** Reading the lessons of a course, as somebody who takes part. */
export function createReadLessons(
  { clock, defer }: Needs<'clock' | 'defer'>,
  {
    courses,
    learners,
    access,
    quizzes,
  }: {
    readonly courses: Pick<Courses, 'versions' | 'openParts'>
    readonly learners: Learners
    readonly access: LessonAccess
    readonly quizzes: Pick<Quizzes, 'show'>
  },
) {
  return {
    async listLessons(userId: string, courseId: string): Promise<LessonList> {
      const opened = await access.open(userId, courseId)
      const { lessons, modules } = opened.version
      return { items: lessons.map((lesson) => itemOf(opened, lesson)), modules: [...(modules ?? [])] }
    },

    /** Opening a lesson counts as being here today. A file that is not there takes nothing else away. */
    async readLesson(learner: User, courseId: string, lessonId: string): Promise<Lesson> {
      const opened = await access.open(learner.id, courseId)
      const { lesson, enrolment } = requireOpen(opened, lessonId)
      const content = await courses.versions.readContent(courseId, lesson.contentId)
      const parts = await courses.openParts(content)
      const { quiz } = content
      const now = clock.now()
      if (!isRecent(Date.parse(enrolment.lastAccessedAt), noteAccessAfterMs + 1, now))
        defer.run('note_lesson_access', async () => {
          await learners.noteActive(learner, [now])
          await learners.noteAccess(learner.id, courseId, new Date(now).toISOString())
        })
      const { videoFileId: _, videoFileUrl, videoUrl, ...shown } = parts
      return {
        ...itemOf(opened, lesson),
        courseId,
        videoUrl: videoFileUrl ?? videoUrl,
        videoSeconds: lesson.videoSeconds ?? null,
        position: enrolment.lessons[lessonId]?.position ?? 0,
        ...shown,
        quiz: quiz
          ? await quizzes.show(quiz, learner.id, standingWith(quiz, enrolment.lessons[lessonId]?.quiz))
          : null,
      }
    },
  }
}
