import { filled } from '../../kernel/messages/said.ts'
import type { CourseNamed } from '../courses/courses.model.ts'
import type { LearnerStats } from './enrollments.model.ts'
import type { Missing } from './study.model.ts'

/** Which of the courses that are asked for first somebody has not completed. */
export const missingCourses = (
  asked: readonly CourseNamed[],
  stats: Pick<LearnerStats, 'completedCourses'> | null,
): Missing[] =>
  asked
    .filter(({ id }) => !stats?.completedCourses.some(({ courseId }) => courseId === id))
    .map(({ id, title }) => ({
      code: 'course_not_completed',
      message: filled('Complete the course “{title}” first.', { title: { asIs: title } }),
      courseId: id,
    }))
