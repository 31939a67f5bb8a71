import type { ScreenProps } from '../../view/screens.ts'
import { Course } from './course.tsx'
import { CourseCard } from './course-card.tsx'
import { CourseList } from './course-list.tsx'
import { ImportCourses } from './import-courses.tsx'
import { Lesson } from './lesson.tsx'
import { Members } from './members.tsx'
import { NewCourse } from './new-course.tsx'
import { Requests } from './requests.tsx'

/** What is written, one course of it, and the parts of that. */
export function Courses({ id, part }: ScreenProps) {
  if (id === null) return <CourseList />
  if (id === 'new') return <NewCourse />
  if (id === 'import') return <ImportCourses runId={part} />
  if (part === null) return <Course key={id} id={id} />
  if (part === 'card') return <CourseCard key={id} id={id} />
  if (part === 'people') return <Members key={id} id={id} />
  if (part === 'requests') return <Requests key={id} id={id} />
  return <Lesson key={part} courseId={id} lessonId={part} />
}
