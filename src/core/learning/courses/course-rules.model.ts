import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'

/** Rules of the house for all courses. */
export const CourseRules = z
  .strictObject({
    areCaptionsRequired: z.boolean().meta({
      description:
        'A lesson with a video is only published with captions; one whose video is elsewhere may have a transcript instead.',
    }),
  })
  .meta({ id: 'CourseRules' })
export type CourseRules = z.infer<typeof CourseRules>

export interface StoredCourseRules extends CourseRules {
  readonly id: 'rules'
}

/** Partition `id`: there is one. */
export const courseRules = collection<StoredCourseRules>()({
  name: 'CourseRules',
  partition: 'id',
  paths: {},
})

export const noRules: CourseRules = { areCaptionsRequired: false }
