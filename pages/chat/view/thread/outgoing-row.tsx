import type { OutboxEntry } from '../../../../src/client/outbox.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { tell } from '../../../base/state/notices.ts'
import { cancel, fileNamesOf, sendAgain } from '../../state/outgoing.ts'
import { Formatted } from '../../text/markdown.tsx'

async function discard(entry: OutboxEntry): Promise<void> {
  if ((await cancel(entry)) === 'may_be_sent')
    tell('It is given up, but was on its way already: it may still appear.')
}

/** What I wrote and the server is not known to have. */
export function OutgoingRow({ entry }: { entry: OutboxEntry }) {
  const { message, status, problem } = entry
  const isRefused = status === 'not_sent'
  return (
    <li class={isRefused ? 'message mine first refused' : 'message mine first sending'}>
      <div class="line-of-bubble">
        <div class="bubble">
          {message.text && <Formatted text={message.text} />}
          {fileNamesOf(entry).map((name) => (
            <p key={name} class="file">
              <bdi>{name}</bdi>
            </p>
          ))}
          <span class="meta">
            {isRefused ? 'not sent' : status === 'sending' ? 'sending…' : 'waiting to be sent…'}
          </span>
        </div>
      </div>
      {isRefused && (
        <div class="row" role="alert">
          <span class="problem small">{problem?.message}</span>
          <button type="button" onClick={() => sendAgain(entry)}>
            Send again
          </button>
          <button type="button" onClick={() => loosely(() => discard(entry))}>
            Discard
          </button>
        </div>
      )}
    </li>
  )
}
