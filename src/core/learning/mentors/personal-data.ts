import type { Needs } from '../../../ports/ports.ts'
import type { Users } from '../../accounts/users/users.ts'
import { nothingKept, type PersonalData } from '../../kernel/personal-data.ts'
import { walk } from '../../kernel/walk.ts'
import { type MentorAssignment, mentorAssignments } from './mentors.model.ts'

export function createMentorsPersonalData(
  { documents }: Needs<'documents'>,
  { users }: { readonly users: Pick<Users, 'read' | 'changeUser'> },
): readonly PersonalData[] {
  const learnersOf = (mentorId: string) =>
    walk<MentorAssignment>((after) =>
      documents.query(mentorAssignments, {
        path: 'byName',
        partition: mentorId,
        equals: {},
        limit: 100,
        ...after,
      }),
    )
  return [
    {
      store: mentorAssignments.name,
      dataClass: 'personal',
      fields: ['mentorId', 'name', 'avatar', 'assignedAt'],
      purpose: 'Says which mentor looks after whom.',
      retention: 'Until another mentor is assigned.',
      /** Of whom this person looks after themselves, no more than that there are some: the names are not theirs. */
      async collect({ userId, account }) {
        const mentorId = account?.mentorId
        const own = mentorId
          ? await documents.read(mentorAssignments, { partition: mentorId, id: userId })
          : null
        let learners = 0
        for await (const _ of learnersOf(userId)) learners++
        return [...(own ? [own.value] : []), ...(learners > 0 ? [{ learners }] : [])]
      },
      async erase({ userId, account }) {
        if (account?.mentorId)
          await documents.remove(mentorAssignments, { partition: account.mentorId, id: userId })
        for await (const { value } of learnersOf(userId)) {
          if ((await users.read(value.id)) !== null)
            await users.changeUser(value.id, (learner) =>
              learner.mentorId === userId ? { ...learner, mentorId: null } : learner,
            )
          await documents.remove(mentorAssignments, { partition: userId, id: value.id })
        }
        return nothingKept
      },
    },
  ]
}
