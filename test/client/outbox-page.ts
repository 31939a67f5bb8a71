import { createClient } from '../../src/client/client.ts'
import { createLeaving } from '../../src/client/leaving.ts'
import { createLine } from '../../src/client/line.ts'
import { createOutbox, type Outbox } from '../../src/client/outbox.ts'

/*
 * What outbox-in-browsers.test.ts runs in a page.
 */

const line = createLine()
const client = createClient({ baseUrl: '', line })
let outbox: Outbox | undefined

const page = {
  async enter(userId: string) {
    outbox?.stop()
    outbox = createOutbox({ client, userId, line })
    await outbox.start()
  },
  kept: () => outbox?.kept(),
  add: (conversationId: string, ...texts: string[]) => {
    for (const text of texts) outbox?.add(conversationId, { text })
  },
  waiting: (conversationId: string) =>
    (outbox?.entriesOf(conversationId) ?? []).map(({ message }) => String(message.text)),
  isLasting: () => outbox?.isLasting() ?? false,
  leave: async () => {
    const leaving = createLeaving({ baseUrl: '', clear: () => outbox?.forget() })
    return (await leaving.leave()).isSignedOut
  },
  databases: async () => (await indexedDB.databases()).map(({ name }) => name ?? ''),
  has: () => ({ locks: 'locks' in navigator, uuid: 'randomUUID' in crypto }),
}

export type OutboxPage = typeof page
Object.assign(globalThis, { page })
