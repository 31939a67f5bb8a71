import type { ExportedConversation, ExportedMessage } from './export.model.ts'

type Frame = Omit<ExportedConversation, 'messages' | 'isComplete'>
type Pages = AsyncIterable<readonly ExportedMessage[]>

/** One object of the shape of `ExportedConversation`. */
export async function* writeAsJson(frame: Frame, pages: Pages): AsyncGenerator<string> {
  yield `${JSON.stringify(frame).slice(0, -1)},"messages":[`
  let isFirst = true
  for await (const page of pages) {
    if (page.length === 0) continue
    const written = page.map((message) => JSON.stringify(message)).join(',\n')
    yield isFirst ? `\n${written}` : `,\n${written}`
    isFirst = false
  }
  yield '\n],"isComplete":true}\n'
}

/** Wherever a reader of text begins a new line. */
const lineBreaks = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/

/** What somebody wrote is indented from its second line on, so that nothing in it looks like a message of somebody else. */
const indented = (text: string): string => text.split(lineBreaks).join('\n    ')

function lineOf(message: ExportedMessage): string {
  const { timestamp, senderName, text, attachments, editedAt, deletedAt, threadId } = message
  const said = deletedAt === null ? indented(text) : `(deleted ${deletedAt})`
  const marks = editedAt !== null && deletedAt === null ? ` (edited ${editedAt})` : ''
  const files = attachments.map(
    ({ name, mimeType, size }) => `\n    [file: ${indented(name)}, ${mimeType}, ${size} bytes]`,
  )
  const where = threadId === null ? '' : ' (in a thread)'
  return `[${timestamp}] ${indented(senderName)}${where}: ${said}${marks}${files.join('')}\n`
}

/** A line for each message, with its time in UTC. */
export async function* writeAsText(frame: Frame, pages: Pages): AsyncGenerator<string> {
  const { conversation, exportedAt } = frame
  const names = conversation.participants.map(({ name }) => indented(name)).join(', ')
  const title = indented(conversation.name ?? (conversation.type === 'direct' ? 'Conversation' : 'Group'))
  yield `${title}\nParticipants: ${names}\nExported: ${exportedAt}. All times are UTC.\n\n`
  let count = 0
  for await (const page of pages) {
    if (page.length > 0) yield page.map(lineOf).join('')
    count += page.length
  }
  yield `\nEnd: ${count} messages.\n`
}
