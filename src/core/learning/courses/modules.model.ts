import { z } from 'zod'
import { defineError } from '../../kernel/errors.ts'
import { filled } from '../../kernel/messages/said.ts'
import { sentBack } from '../../kernel/sent-back.ts'
import { hasFields, nothingNamed, Title } from './course-fields.model.ts'

export const maxModules = 100

/** A chapter of a course: lessons name the one they are in. */
export const CourseModule = z
  .object({
    id: z.uuid(),
    title: z.string(),
    order: z.number().int().meta({ description: '1, 2, 3 …' }),
  })
  .meta({ id: 'CourseModule' })
export type CourseModule = z.infer<typeof CourseModule>

const moduleFields = {
  title: Title(1, 200),
  order: z.number().int().min(1).max(maxModules).meta({ description: 'Its place; others make room.' }),
}

export const NewModule = z
  .strictObject({ ...moduleFields, order: moduleFields.order.optional() })
  .meta({ id: 'NewModule' })
export type NewModule = z.infer<typeof NewModule>

export const UpdateModule = sentBack(
  z.strictObject(moduleFields).partial().refine(hasFields, nothingNamed),
  CourseModule,
).meta({ id: 'UpdateModule' })
export type UpdateModule = z.infer<typeof UpdateModule>

export const tooManyModules = defineError(
  'conflict',
  'conflict',
  filled('A course can have at most {max} modules.', { max: maxModules }),
)
