import { v1 } from '../../../base/api/client.ts'
import { useAsked } from '../../state/asked.ts'
import { askTagged } from '../../state/tagged.ts'

/** The draft of a course with its version. */
export const useCourse = (id: string) =>
  useAsked(`course ${id}`, () => askTagged(v1.courses[':id'].draft.$get({ param: { id } })))
