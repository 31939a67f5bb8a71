import { cancel, type Outgoing, sendAgain } from '../../state/outgoing.ts'
import { Formatted } from '../../text/markdown.tsx'

/** What I wrote and the server does not have yet. */
export function OutgoingRow({ each }: { each: Outgoing }) {
  const { text, attachments, problem } = each
  return (
    <li class={problem ? 'message mine first refused' : 'message mine first sending'}>
      <div class="line-of-bubble">
        <div class="bubble">
          {text && <Formatted text={text} />}
          {attachments.map(({ id, name }) => (
            <p key={id} class="file">
              {name}
            </p>
          ))}
          <span class="meta">{problem ? 'not sent' : 'sending…'}</span>
        </div>
      </div>
      {problem && (
        <div class="row" role="alert">
          <span class="problem small">{problem}</span>
          <button type="button" onClick={() => sendAgain(each)}>
            Send again
          </button>
          <button type="button" onClick={() => cancel(each)}>
            Discard
          </button>
        </div>
      )}
    </li>
  )
}
