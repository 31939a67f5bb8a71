import { Icon } from '../../../base/view/icon.tsx'
import type { Message } from '../../api/shapes.ts'
import { nameIn } from '../../state/conversations.ts'
import { changeDraft } from '../../state/drafts.ts'

/** Which message is answered or edited. */
export function Context({
  draftKey,
  replyTo,
  editing,
}: {
  draftKey: string
  replyTo: Message | null
  editing: Message | null
}) {
  const about = editing ?? replyTo
  if (!about) return null
  return (
    <div class="context row">
      <p class="grow">
        <strong>{editing ? 'Editing' : `Answering ${nameIn(about.conversationId, about.senderId)}`}</strong>
        <bdi class="one-line">{about.text || 'A file'}</bdi>
      </p>
      <button
        type="button"
        class="round plain"
        aria-label={editing ? 'Stop editing' : 'Do not answer it'}
        onClick={() =>
          changeDraft(draftKey, { replyTo: null, editing: null, ...(editing ? { text: '' } : {}) })
        }
      >
        <Icon name="close" />
      </button>
    </div>
  )
}
