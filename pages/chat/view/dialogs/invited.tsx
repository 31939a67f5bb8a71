import { useEffect, useState } from 'preact/hooks'
import type { Answer } from '../../../base/api/ask.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { wholeTime } from '../../../base/text/times.ts'
import { Dialog } from '../../../base/view/dialog.tsx'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { acceptInvitation, declineInvitation, type Preview, readInvitation } from '../../state/invitations.ts'
import { go, openConversation } from '../../state/place.ts'

const putAway = (): void => go({ invitation: null }, { replaces: true })

function Shown({ token, preview }: { token: string; preview: Preview }) {
  const { conversation, invitedBy, isMember, role, expiresAt } = preview
  return (
    <>
      <p>
        <bdi>{invitedBy.name}</bdi> invites you to{' '}
        <strong>
          <bdi>{conversation.name ?? 'a group'}</bdi>
        </strong>
        , which has {conversation.memberCount} members{role === 'moderator' && ', as a moderator'}. You see
        what is written from then on, and they see your name.
      </p>
      <p class="quiet small">The invitation works until {wholeTime(expiresAt)}.</p>
      <div class="row end">
        <button type="button" onClick={putAway}>
          Later
        </button>
        {isMember ? (
          <button
            type="button"
            class="primary"
            onClick={() => {
              putAway()
              openConversation(conversation.id)
            }}
          >
            You are in it already: open it
          </button>
        ) : (
          <>
            <button type="button" onClick={() => loosely(() => declineInvitation(token))}>
              Decline
            </button>
            <button type="button" class="primary" onClick={() => loosely(() => acceptInvitation(token))}>
              Join
            </button>
          </>
        )}
      </div>
    </>
  )
}

/** Somebody opened a link to a group. */
export function Invited({ token }: { token: string }) {
  const [answer, setAnswer] = useState<Answer<Preview> | null>(null)
  const load = () => {
    setAnswer(null)
    loosely(() => readInvitation(token).then(setAnswer))
  }
  useEffect(load, [token])
  const isOver = answer?.ok === false && answer.problem.status === 404
  return (
    <Dialog title="An invitation" isNarrow onClose={putAway}>
      {answer === null && <Loading of="the invitation" />}
      {answer?.ok && <Shown token={token} preview={answer.value} />}
      {isOver && <p>This invitation does not work any more. Ask whoever sent it for a new one.</p>}
      {answer?.ok === false && !isOver && <Failed problem={answer.problem} retry={load} />}
      {!answer?.ok && (
        <div class="row end">
          <button type="button" onClick={putAway}>
            Close
          </button>
        </div>
      )}
    </Dialog>
  )
}
