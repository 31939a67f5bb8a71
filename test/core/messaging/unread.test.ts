import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTestApp } from '../../app.ts'
import { type ChatPerson, chatPeople } from './chat-people.ts'

type Step =
  | { readonly do: 'send'; readonly who: number }
  | { readonly do: 'answer'; readonly who: number; readonly which: number }
  | { readonly do: 'read'; readonly who: number; readonly upTo: number | null }
  | { readonly do: 'delete'; readonly who: number; readonly which: number }
  | { readonly do: 'react'; readonly who: number; readonly which: number }

const who = fc.nat({ max: 2 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('send' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('answer' as const), who, which: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('read' as const), who, upTo: fc.option(fc.nat({ max: 20 })) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), who, which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('react' as const), who, which: fc.nat() }) },
)

/** What is numbered, and whether it is a message: written down once more, as plainly as possible. */
function createModel() {
  const numbered: ('message' | 'deleted' | 'change')[] = []
  const readTo = [0, 0, 0]
  return {
    note: (what: 'message' | 'change') => numbered.push(what),
    read: (person: number, seq: number) => {
      readTo[person] = Math.max(readTo[person] ?? 0, Math.min(seq, numbered.length))
    },
    remove: (seq: number) => {
      numbered[seq - 1] = 'deleted'
    },
    head: () => numbered.length,
    unread: (person: number) => numbered.slice(readTo[person]).filter((what) => what === 'message').length,
  }
}

async function open() {
  const testApp = await createTestApp()
  const people = (await chatPeople(testApp, 'Ann', 'Ben', 'Cid')) as [ChatPerson, ChatPerson, ChatPerson]
  const actors = people.map(({ userId }) => ({
    userId,
    sessionId: 's',
    role: 'user' as const,
    securityEpoch: 1,
  }))
  const { conversation } = await testApp.chat.createConversation(actors[0]!, {
    type: 'group',
    participantIds: [people[1].userId, people[2].userId],
  })
  return { chat: testApp.chat, actors, id: conversation.id, settled: testApp.settled }
}
const opened = await open()

test('unread is what a plain count says, after any steps one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const { chat, actors } = opened
      const [ann, ...others] = actors as [(typeof actors)[0], ...typeof actors]
      const participantIds = others.map(({ userId }) => userId)
      const { id } = (await chat.createConversation(ann, { type: 'group', participantIds })).conversation
      const model = createModel()
      const sent: {
        readonly id: string
        readonly seq: number
        readonly by: number
        isDeleted: boolean
        reactedBy: Set<number>
      }[] = []
      for (const each of steps) {
        const actor = actors[each.who]!
        if (each.do === 'send') {
          const { message } = await chat.sendMessage(actor, id, { text: 'x', attachments: [], mentions: [] })
          model.note('message')
          model.read(each.who, model.head())
          sent.push({
            id: message.id,
            seq: model.head(),
            by: each.who,
            isDeleted: false,
            reactedBy: new Set(),
          })
        } else if (each.do === 'read') {
          await chat.read(actor, id, each.upTo ?? undefined)
          model.read(each.who, each.upTo ?? model.head())
        } else {
          const message = sent[each.which % Math.max(1, sent.length)]
          if (!message || message.isDeleted) continue
          if (each.do === 'answer') {
            const threadId = message.id
            await chat.sendMessage(actor, id, { text: 'x', attachments: [], mentions: [], threadId })
            model.note('change')
          } else if (each.do === 'react') {
            await chat.addReaction(actor, message.id, '👍')
            if (!message.reactedBy.has(each.who)) model.note('change')
            message.reactedBy.add(each.who)
          } else if (each.who === 0 || each.who === message.by) {
            await chat.deleteMessage(actor, message.id)
            message.isDeleted = true
            model.remove(message.seq)
            model.note('change')
          }
        }
        for (const [person, reader] of actors.entries()) {
          const { value } = await chat.readConversation(reader, id)
          expect([person, value.unreadCount, value.seq]).toEqual([person, model.unread(person), model.head()])
        }
      }
      await opened.settled()
    }),
    { numRuns: 60 },
  )
})

test('unread agrees with the log after any steps taken at once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(step, { minLength: 5, maxLength: 20 }),
      async (scheduler, steps) => {
        const { chat, actors } = opened
        const [ann, ...others] = actors as [(typeof actors)[0], ...typeof actors]
        const participantIds = others.map(({ userId }) => userId)
        const { id } = (await chat.createConversation(ann, { type: 'group', participantIds })).conversation
        const first = (await chat.sendMessage(ann, id, { text: 'x', attachments: [], mentions: [] })).message
          .id
        const take = scheduler.scheduleFunction(async (each: Step) => {
          const actor = actors[each.who]!
          if (each.do === 'send')
            await chat.sendMessage(actor, id, { text: 'x', attachments: [], mentions: [] })
          else if (each.do === 'answer')
            await chat
              .sendMessage(actor, id, { text: 'x', attachments: [], mentions: [], threadId: first })
              .catch(() => {})
          else if (each.do === 'read') await chat.read(actor, id, each.upTo ?? undefined)
          else if (each.do === 'react') await chat.addReaction(actor, first, '👍').catch(() => {})
          else await chat.deleteMessage(actor, first).catch(() => {})
        })
        const taking = steps.map(take)
        await scheduler.waitFor(Promise.all(taking))
        const { items } = await chat.listMessages(ann, id, { limit: 100, threads: 'show' })
        for (const reader of actors) {
          const { value } = await chat.readConversation(reader, id)
          const readTo = value.readPositions[reader.userId]?.seq ?? 0
          expect(value.unreadCount).toBe(
            items.filter(
              ({ seq, threadId, deletedAt }) => seq > readTo && threadId === null && deletedAt === null,
            ).length,
          )
          await chat.read(reader, id)
          expect((await chat.readConversation(reader, id)).value.unreadCount).toBe(0)
        }
        await opened.settled()
      },
    ),
    { numRuns: 60 },
  )
})
