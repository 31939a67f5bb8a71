import { ask } from '../../base/api/ask.ts'
import { v1 } from '../../base/api/client.ts'
import { attempt } from '../../base/state/notices.ts'
import { myId } from '../../base/state/session.ts'
import type { Message } from '../api/shapes.ts'
import { changeMessage } from './thread.ts'

/** Shown at once, and taken back when it did not work. */
function toggled(message: Message, emoji: string): Message {
  const { [emoji]: before = [], ...rest } = message.reactions
  const others = before.filter((id) => id !== myId())
  const userIds = before.includes(myId()) ? others : [...others, myId()]
  return { ...message, reactions: userIds.length > 0 ? { ...message.reactions, [emoji]: userIds } : rest }
}

export async function toggleReaction(
  { conversationId, id, reactions }: Message,
  emoji: string,
): Promise<void> {
  const isMine = reactions[emoji]?.includes(myId()) ?? false
  const param = { id, emoji }
  const route = v1.messages[':id'].reactions[':emoji']
  changeMessage(conversationId, id, (message) => toggled(message, emoji))
  const isDone = await attempt(async () =>
    isMine ? ask(route.$delete({ param })) : ask(route.$put({ param })),
  )
  if (!isDone)
    changeMessage(conversationId, id, (message) =>
      (message.reactions[emoji]?.includes(myId()) ?? false) === isMine ? message : toggled(message, emoji),
    )
}

export const deleteMessage = ({ id, conversationId }: Message): Promise<boolean> =>
  attempt(
    () => ask(v1.messages[':id'].$delete({ param: { id } })),
    () =>
      changeMessage(conversationId, id, (message) => ({
        ...message,
        text: '',
        attachments: [],
        mentions: [],
        reactions: {},
        deletedAt: message.deletedAt ?? new Date().toISOString(),
      })),
  )

export async function editMessage(
  message: Message,
  text: string,
  mentions: readonly string[],
  mentionGroups: Message['mentionGroups'],
) {
  const json = { text, mentions: [...mentions], mentionGroups }
  const answer = await ask(v1.messages[':id'].$patch({ param: { id: message.id }, json }))
  if (answer.ok)
    changeMessage(message.conversationId, message.id, (known) => ({
      ...known,
      ...answer.value,
      readBy: known.readBy,
    }))
  return answer
}

export async function copyText(text: string): Promise<boolean> {
  // The clipboard is for secure contexts alone; what follows is older and works everywhere.
  if (navigator.clipboard)
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    )
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'visually-hidden'
  document.body.append(area)
  area.select()
  const isCopied = document.execCommand('copy')
  area.remove()
  return isCopied
}
