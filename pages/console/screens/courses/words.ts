import type { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'

type Courses = (typeof v1)['courses']
export type WrittenCourse = Of<Courses['mine']['$get']>['items'][number]
export type CourseDraft = Of<Courses[':id']['draft']['$get']>
export type DraftLesson = Of<Courses[':id']['draft']['lessons'][':lessonId']['$get']>
export type Difference = Of<Courses[':id']['draft']['difference']['$get']>
export type Module = CourseDraft['modules'][number]
export type OutlineLesson = CourseDraft['lessons'][number]

export type State = WrittenCourse['state']
export const states: readonly (readonly [State, string])[] = [
  ['draft', 'Draft'],
  ['published', 'Published'],
  ['archived', 'Archived'],
]
export const stateWords = Object.fromEntries(states) as Readonly<Record<State, string>>
export const stateLook = { draft: 'warn', published: 'good', archived: 'plain' } as const

export const categories = [
  ['job-readiness', 'Job readiness'],
  ['education', 'Education'],
  ['life-skills', 'Life skills'],
  ['tech', 'Technology'],
] as const satisfies readonly (readonly [WrittenCourse['category'], string])[]
export const levels = [
  ['beginner', 'Beginner'],
  ['intermediate', 'Intermediate'],
  ['advanced', 'Advanced'],
] as const satisfies readonly (readonly [WrittenCourse['level'], string])[]

export const minutesOf = (minutes: number): string => (minutes === 1 ? '1 minute' : `${minutes} minutes`)
export const percentOf = (part: number): string => `${Math.floor(part)} %`
