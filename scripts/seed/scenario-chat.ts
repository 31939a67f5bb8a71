import type { ConversationPlan, MessagePlan } from './plan.ts'
import { createRandom } from './random.ts'
import { dayMs, hourMs, minuteMs, type People } from './scenario-people.ts'
import type { Sizes } from './sizes.ts'
import { sentenceOf, topicOf } from './words.ts'

const largestGroup = 12
const mostDays = 80
/** Lists of conversations note what happens once a minute: what is further apart is noted each time. */
const leastGapMs = minuteMs + 1_000

/** The two of the pair of that number: (0,1), (0,2), (1,2), (0,3) … */
function pairOf(number: number): [number, number] {
  const b = Math.floor((1 + Math.sqrt(1 + 8 * number)) / 2)
  return [number - (b * (b - 1)) / 2, b]
}

/** Few conversations have most of the messages: a long tail, cut so that the sum is right. */
function distribute(total: number, count: number): (index: number) => number {
  const weightOf = (rank: number) => (rank + 1) ** -0.7
  let sum = 0
  for (let rank = 0; rank < count; rank++) sum += weightOf(rank)
  const sizeOf = (rank: number) => Math.floor((total * weightOf(rank)) / sum)
  let given = 0
  for (let rank = 0; rank < count; rank++) given += sizeOf(rank)
  const left = total - given
  return (index) => sizeOf(index) + Math.floor(left / count) + (index < left % count ? 1 : 0)
}

/** Who talked with whom, in the circle of one mentor: all of them may write to each other. */
export function describeChat({
  seed,
  sizes,
  untilMs,
  retentionMs,
  people,
}: {
  readonly seed: string
  readonly sizes: Sizes
  readonly untilMs: number
  readonly retentionMs: number | null
  readonly people: People
}) {
  const { conversations, messages } = sizes
  const { leaders, staff } = people
  const learners = sizes.people - staff
  const circles = Math.max(1, Math.min(leaders.count, learners))
  const circleSize = (c: number) =>
    1 + Math.floor(learners / leaders.count) + (c < learners % leaders.count ? 1 : 0)
  const inCircle = (c: number, n: number): string =>
    people.idOf(n === 0 ? leaders.first + c : staff + c + (n - 1) * leaders.count)
  const messagesIn = distribute(messages, Math.max(1, conversations))
  const windowMs = Math.min(mostDays * dayMs, (retentionMs ?? Number.POSITIVE_INFINITY) * 0.8)

  /** Three of five are direct, as long as there are pairs who have none. */
  function membersOf(j: number): { readonly isDirect: boolean; readonly memberIds: readonly string[] } {
    const c = j % circles
    const place = Math.floor(j / circles)
    const size = circleSize(c)
    const pair = Math.floor(place / 5) * 3 + (place % 5)
    if (place % 5 < 3 && pair < (size * (size - 1)) / 2)
      return { isDirect: true, memberIds: pairOf(pair).map((n) => inCircle(c, n)) }
    const random = createRandom(seed, 'members', j)
    const wanted = Math.min(size, random.between(2, largestGroup + 1))
    const chosen = new Set<number>()
    while (chosen.size < wanted) chosen.add(random.int(size))
    return { isDirect: false, memberIds: [...chosen].map((n) => inCircle(c, n)) }
  }

  return {
    conversation(j: number): ConversationPlan {
      const random = createRandom(seed, 'conversation', j)
      const createdAtMs = Math.floor(untilMs - windowMs + random.next() * windowMs * 0.05)
      const { isDirect, memberIds } = membersOf(j)
      const messageCount = messagesIn(j)
      const lastMs = untilMs - 2 * hourMs - Math.floor(random.next() ** 3 * windowMs * 0.8)
      const stepMs = Math.max(1, (lastMs - createdAtMs - minuteMs) / Math.max(1, messageCount))
      const slackMs = Math.max(0, stepMs - leastGapMs)
      const name = isDirect ? null : `${topicOf(random)} ${j + 1}`
      const readers = random.chance(0.9) ? memberIds.filter(() => random.chance(0.7)) : []
      const reads =
        messageCount === 0
          ? []
          : readers.map((userId) => ({
              userId,
              seq: random.chance(0.6) ? messageCount : random.between(1, messageCount + 1),
              atMs: lastMs + random.between(minuteMs, hourMs),
            }))

      function* written(): Generator<MessagePlan> {
        const words = createRandom(seed, 'messages', j)
        for (let k = 0; k < messageCount; k++)
          yield {
            senderId: words.pick(memberIds),
            clientMessageId: `${j}-${k}`,
            text: sentenceOf(words, 4, 22),
            atMs: Math.floor(createdAtMs + minuteMs + k * stepMs + words.next() * slackMs),
          }
      }
      return {
        id: random.uuid(createdAtMs),
        type: isDirect ? 'direct' : 'group',
        name,
        memberIds,
        createdAtMs,
        messages: written,
        messageCount,
        reads,
      }
    },
  }
}
