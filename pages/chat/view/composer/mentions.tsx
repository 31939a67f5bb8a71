import { myId } from '../../../base/state/session.ts'
import type { Conversation, Message } from '../../api/shapes.ts'

type MentionGroup = Message['mentionGroups'][number]

/** Somebody, or all of a kind: those have an id that is no person's. */
export interface Candidate {
  readonly userId: string
  readonly name: string
  readonly says?: string
}

const groups = [
  { group: 'everyone', action: 'mentionEveryone', says: 'all members' },
  { group: 'moderators', action: 'mentionModerators', says: 'the admins and moderators' },
] as const satisfies readonly {
  readonly group: MentionGroup
  readonly action: Conversation['can'][number]
  readonly says: string
}[]

const groupsIn = ({ type, can }: Conversation): readonly Candidate[] =>
  groups
    .filter(({ action }) => type === 'group' && can.includes(action))
    .map(({ group, says }) => ({ userId: group, name: group, says }))

const mostShown = 6
const mostMentions = 100

const othersIn = ({ participants }: Conversation): readonly Candidate[] =>
  participants.filter(({ userId, name, isActive }) => userId !== myId() && name !== '' && isActive)

/** Who may be meant by what stands before the caret, such as `@an`. */
export function candidatesFor(conversation: Conversation, text: string, caret: number): readonly Candidate[] {
  if (conversation.type !== 'group') return []
  const [, typed] = /(?:^|\s)@([^@\n]{0,40})$/.exec(text.slice(0, caret)) ?? []
  if (typed === undefined) return []
  const wanted = typed.toLowerCase()
  const found = [...othersIn(conversation), ...groupsIn(conversation)].filter(({ name }) => {
    const known = name.toLowerCase()
    return known.startsWith(wanted) || known.split(/\s+/).some((word) => word.startsWith(wanted))
  })
  return found.slice(0, mostShown)
}

export const mentionedIn = (conversation: Conversation, text: string): readonly string[] =>
  othersIn(conversation)
    .filter(({ name }) => text.includes(`@${name}`))
    .map(({ userId }) => userId)
    .slice(0, mostMentions)

/** As a word of its own: `@everyone` is no part of an address. */
export const groupsMentionedIn = (conversation: Conversation, text: string): MentionGroup[] =>
  groups
    .filter(({ group }) => groupsIn(conversation).some(({ userId }) => userId === group))
    .filter(({ group }) => new RegExp(`(?:^|\\s)@${group}(?![\\p{L}\\p{N}_])`, 'u').test(text))
    .map(({ group }) => group)

export function Mentions({
  id,
  candidates,
  picked,
  onPick,
}: {
  id: string
  candidates: readonly Candidate[]
  picked: number
  onPick: (candidate: Candidate) => void
}) {
  return (
    <div id={id} class="mentions" role="listbox" aria-label="Mention somebody">
      {candidates.map((candidate, index) => (
        // Arrow keys and Enter in the message choose it: it takes no focus of its own.
        // biome-ignore lint/a11y/useKeyWithClickEvents: see above.
        <div
          key={candidate.userId}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === picked}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onPick(candidate)}
        >
          <bdi>{candidate.says ? `@${candidate.name}` : candidate.name}</bdi>
          {candidate.says && <span class="quiet small"> {candidate.says}</span>}
        </div>
      ))}
    </div>
  )
}
