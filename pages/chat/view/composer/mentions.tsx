import type { Conversation } from '../../api/shapes.ts'
import { myId } from '../../state/session.ts'

export interface Candidate {
  readonly userId: string
  readonly name: string
}

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
  const found = othersIn(conversation).filter(({ name }) => {
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
          <bdi>{candidate.name}</bdi>
        </div>
      ))}
    </div>
  )
}
