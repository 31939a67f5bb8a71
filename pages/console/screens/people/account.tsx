import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { attempt, tell } from '../../../base/state/notices.ts'
import { myId } from '../../../base/state/session.ts'
import { confirm } from '../../../base/view/dialog.tsx'
import { staffName } from '../../state/staff-directory.ts'
import { withStepUp } from '../../state/step-up.ts'
import { Facts, Moment, Section, Tag } from '../../view/parts/fields.tsx'
import { pickStaff } from '../../view/parts/pick-person.tsx'
import { type PersonDetail, type Role, roleWords, statusWords } from './words.ts'

type GivenRole = Exclude<Role, 'guest'>
interface Change {
  readonly role?: GivenRole
  readonly status?: 'active' | 'suspended'
  readonly mentorId?: string | null
}

const powers: Readonly<Record<GivenRole, string>> = {
  user: 'They see no more of other people than any learner does.',
  mentor: 'They see the learners and the forms that are assigned to them.',
  admin: 'They see every account and every form, and may do all that you may.',
}
const otherRoles = (role: Role): readonly GivenRole[] =>
  role === 'guest' ? [] : (['user', 'mentor', 'admin'] as const).filter((each) => each !== role)

const factsOf = (person: PersonDetail) =>
  [
    ['Address', person.email],
    ['Address confirmed', person.emailVerified ? 'Yes' : 'No'],
    ['Role', roleWords[person.role]],
    ['State', <Tag look={person.status === 'suspended' ? 'bad' : 'plain'}>{statusWords[person.status]}</Tag>],
    ['Mentor', person.mentorId === null ? 'Nobody' : staffName(person.mentorId)],
    ['Courses', `${person.enrolledCourses}, of which ${person.completedCourses} completed`],
    ['Account since', <Moment at={person.createdAt} />],
    ['Last sign-in', person.lastLogin === null ? 'Never' : <Moment at={person.lastLogin} />],
    ['Last seen', person.lastSeen === null ? 'Not signed in' : <Moment at={person.lastSeen} />],
  ] as const

export function Account({ person, reload }: { person: PersonDetail; reload: () => void }) {
  const head = useRef<HTMLHeadingElement>(null)
  const isSaving = useSignal(false)
  const { id, name, role, status, isClosing } = person
  const save = (change: Change, done: string) =>
    loosely(async () => {
      if (isSaving.value) return
      isSaving.value = true
      const isSaved = await attempt(() =>
        withStepUp(() => ask(v1.admin.users[':id'].$patch({ param: { id }, json: change }))),
      )
      isSaving.value = false
      if (isSaved) tell(done)
      reload()
      head.current?.focus()
    })
  const changeRole = (to: GivenRole) =>
    confirm(
      `${roleWords[to]}?`,
      `${name} is ${roleWords[role].toLowerCase()} now. ${powers[to]} They are signed out everywhere and sign in again.`,
      `Make ${name} ${roleWords[to].toLowerCase()}`,
      () => save({ role: to }, `${name} is ${roleWords[to].toLowerCase()} now.`),
    )
  const changeStatus = (to: 'active' | 'suspended') =>
    to === 'suspended'
      ? confirm(
          'Suspend the account?',
          `${name} is signed out everywhere and cannot sign in until somebody lets them in again. Nothing of theirs is deleted.`,
          'Suspend',
          () => save({ status: to }, `${name} is suspended.`),
        )
      : confirm('Let them in?', `${name} can sign in from now on.`, 'Let them in', () =>
          save({ status: to }, `${name} can sign in.`),
        )
  const setMentor = (mentorId: string | null) =>
    save({ mentorId }, mentorId === null ? `${name} has no mentor now.` : `${name} has a mentor.`)
  return (
    <Section title="Account" head={head}>
      {isClosing && <p class="warning">It is going to be erased, as its owner asked.</p>}
      <Facts facts={factsOf(person)} />
      {id === myId() ? (
        <p class="quiet">This is you. Your own role and state somebody else changes.</p>
      ) : (
        <div class="row wrap" aria-busy={isSaving.value}>
          {otherRoles(role).map((to) => (
            <button key={to} type="button" aria-disabled={isSaving.value} onClick={() => changeRole(to)}>
              Make {roleWords[to].toLowerCase()}
            </button>
          ))}
          {!isClosing && status !== 'active' && (
            <button type="button" aria-disabled={isSaving.value} onClick={() => changeStatus('active')}>
              Let them in
            </button>
          )}
          {!isClosing && status !== 'suspended' && (
            <button type="button" aria-disabled={isSaving.value} onClick={() => changeStatus('suspended')}>
              Suspend
            </button>
          )}
          {role !== 'guest' && (
            <button
              type="button"
              aria-disabled={isSaving.value}
              onClick={() => pickStaff('Who mentors them?', (mentor) => setMentor(mentor.id))}
            >
              Choose a mentor…
            </button>
          )}
          {person.mentorId !== null && (
            <button type="button" aria-disabled={isSaving.value} onClick={() => setMentor(null)}>
              No mentor
            </button>
          )}
        </div>
      )}
    </Section>
  )
}
