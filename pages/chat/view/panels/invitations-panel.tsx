import { useEffect, useState } from 'preact/hooks'
import { isProblem } from '../../../base/api/ask.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { tell } from '../../../base/state/notices.ts'
import { wholeTime } from '../../../base/text/times.ts'
import { confirm } from '../../../base/view/dialog.tsx'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import type { Conversation } from '../../api/shapes.ts'
import { nameIn } from '../../state/conversations.ts'
import {
  type Invitation,
  invitations,
  invite,
  issued,
  loadInvitations,
  revokeInvitation,
} from '../../state/invitations.ts'
import { copyText } from '../../state/messages.ts'
import { Panel } from './panel.tsx'

const daySeconds = 86_400
const lives = [
  [daySeconds, 'a day'],
  [7 * daySeconds, 'a week'],
  [30 * daySeconds, '30 days'],
] as const

function Made({ url }: { url: string }) {
  const copy = async () =>
    tell((await copyText(url)) ? 'The link is copied.' : 'The browser did not allow to copy.')
  return (
    <div class="made" role="status">
      <label>
        The link, which is shown only now
        <input readOnly value={url} dir="ltr" onFocus={({ currentTarget }) => currentTarget.select()} />
      </label>
      <button type="button" class="primary" onClick={() => loosely(copy)}>
        Copy the link
      </button>
    </div>
  )
}

function Listed({ invitation, conversationId }: { invitation: Invitation; conversationId: string }) {
  const { id, invitedBy, role, expiresAt, uses, maxUses, declined } = invitation
  const revoke = () =>
    confirm('Revoke this invitation?', 'Its link stops working at once. Who came in stays.', 'Revoke', () => {
      loosely(() => revokeInvitation(conversationId, id))
    })
  return (
    <li class="row person">
      <span class="grow">
        By <bdi>{nameIn(conversationId, invitedBy)}</bdi>
        {role === 'moderator' && ', for moderators'}
        <span class="quiet small">
          {`Used ${uses}${maxUses === null ? '' : ` of ${maxUses}`} times, declined ${declined}. Until ${wholeTime(expiresAt)}.`}
        </span>
      </span>
      <button type="button" onClick={revoke}>
        Revoke
      </button>
    </li>
  )
}

export function InvitationsPanel({ conversation }: { conversation: Conversation }) {
  const { id, can } = conversation
  const [expiresInSeconds, setLife] = useState<number>(7 * daySeconds)
  const [maxUses, setUses] = useState('')
  const [role, setRole] = useState<'member' | 'moderator'>('member')
  useEffect(() => loosely(() => loadInvitations(id)), [id])
  const { items, load } =
    invitations.value?.conversationId === id ? invitations.value : { items: [], load: 'loading' as const }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const uses = Number.parseInt(maxUses, 10)
    loosely(() => invite(id, { expiresInSeconds, role, ...(uses > 0 ? { maxUses: uses } : {}) }))
  }
  return (
    <Panel title="Invitations">
      <form class="stack" aria-label="New invitation" onSubmit={submit}>
        <p class="quiet">Whoever opens the link can join this group.</p>
        <label>
          It works for
          <select onChange={({ currentTarget }) => setLife(Number(currentTarget.value))}>
            {lives.map(([seconds, words]) => (
              <option key={seconds} value={seconds} selected={seconds === expiresInSeconds}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <label>
          How many may use it (empty: as many as there is room for)
          <input
            inputMode="numeric"
            pattern="[0-9]*"
            value={maxUses}
            onInput={({ currentTarget }) => setUses(currentTarget.value)}
          />
        </label>
        {can.includes('manageRoles') && (
          <label class="check">
            <input
              type="checkbox"
              checked={role === 'moderator'}
              onChange={({ currentTarget }) => setRole(currentTarget.checked ? 'moderator' : 'member')}
            />
            <span>They come in as moderators</span>
          </label>
        )}
        <button type="submit" class="primary">
          Make a link
        </button>
        {issued.value && <Made url={issued.value.url} />}
      </form>
      {load === 'loading' && items.length === 0 && <Loading of="invitations" />}
      {isProblem(load) && <Failed problem={load} retry={() => loosely(() => loadInvitations(id))} />}
      <ul class="people" aria-label="Invitations that work">
        {items.map((invitation) => (
          <Listed key={invitation.id} invitation={invitation} conversationId={id} />
        ))}
      </ul>
    </Panel>
  )
}
