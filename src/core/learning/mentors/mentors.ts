import type { Page } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { User } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import { emptyFace } from '../../kernel/domain.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { type MentorAssignment, mentorAssignments } from './mentors.model.ts'
import { createMentorsPersonalData } from './personal-data.ts'

/** The mentor's side of it; null while nobody mentors the learner. */
export const assignmentOf = (
  { mentorId, id, name, avatar }: User,
  assignedAt: string,
): MentorAssignment | null => (mentorId ? { id, mentorId, name, avatar, assignedAt } : null)

/** Who mentors whom. The learner's account names the mentor; what is here is the mentor's side of it, for listing. */
export function createMentors(
  needs: Needs<'documents' | 'clock'>,
  domain: { readonly users: Pick<Users, 'read' | 'changeUser' | 'profileChanged'> },
) {
  const { documents, clock } = needs
  const put = createPutDocument(needs)

  /** Brings the mentor's side into line with the learner's account, name and picture included. */
  async function syncLearner(learner: User): Promise<void> {
    const { mentorId, id } = learner
    if (!mentorId) return
    await put(mentorAssignments, { partition: mentorId, id }, (known) =>
      assignmentOf(learner, known?.assignedAt ?? new Date(clock.now()).toISOString()),
    )
  }

  return {
    ...emptyFace,
    personalData: createMentorsPersonalData(needs, domain),
    listeners: [domain.users.profileChanged.listener('mentors', syncLearner)],
    syncLearner,

    isMentorOf: async (mentorId: string, learnerId: string): Promise<boolean> =>
      (await documents.read(mentorAssignments, { partition: mentorId, id: learnerId })) !== null,

    listLearners: (
      mentorId: string,
      page: { readonly after?: string; readonly limit: number },
    ): Promise<Page<MentorAssignment>> =>
      documents.query(mentorAssignments, { path: 'byName', partition: mentorId, equals: {}, ...page }),

    async release(mentorId: string, learnerId: string): Promise<void> {
      await documents.remove(mentorAssignments, { partition: mentorId, id: learnerId })
    },
  }
}

export type Mentors = ReturnType<typeof createMentors>

export const mentorsDomain = { collections: [mentorAssignments], create: createMentors }
