import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import type { Versioned } from '../../kernel/versioned.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { type CourseRules, courseRules, noRules, type StoredCourseRules } from './course-rules.model.ts'

const key = { partition: 'rules', id: 'rules' }

/** What administrators ask of every course. What was published before a rule stays as it is. */
export function createCourseRules(needs: Needs<'documents'>, { audit }: { readonly audit: Recording }) {
  const put = createPutDocument(needs)

  async function read(): Promise<Versioned<CourseRules>> {
    const stored = await needs.documents.read(courseRules, key)
    if (!stored) return { value: noRules, version: '0' }
    const { id: _, ...value } = stored.value
    return { value, version: stored.version }
  }

  return {
    read,

    async change(actor: Actor, given: CourseRules, caller: Caller): Promise<Versioned<CourseRules>> {
      await put<StoredCourseRules>(courseRules, key, (known) => ({
        ...noRules,
        ...known,
        ...given,
        id: 'rules',
      }))
      await audit.record(caller, {
        event: 'course.rules',
        actorId: actor.userId,
        sessionId: actor.sessionId,
        resource: { type: 'course', id: null },
        changedFields: Object.keys(given),
      })
      return read()
    },
  }
}

export type HouseRules = ReturnType<typeof createCourseRules>
