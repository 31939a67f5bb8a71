import { parseArgs } from 'node:util'
import { median, row } from '../measure.ts'
import { ask, openFilled, type Served } from './filled-store.ts'

/*
 * Searches in a large store and in a small one, in turn; and what somebody else's request waits while somebody in many
 * conversations searches. `npm run bench:chat -- --messages 1000000 --conversation 100000`, or by itself.
 */

const rounds = 60
const smallSize = 1_000

export interface SearchOptions {
  readonly messages: number
  readonly conversation: number
  readonly conversations: number
}

export const searchOptions = (): SearchOptions => {
  const { values } = parseArgs({
    strict: false,
    options: {
      messages: { type: 'string', default: '1000000' },
      conversation: { type: 'string', default: '100000' },
      conversations: { type: 'string', default: '500' },
    },
  })
  const { messages, conversation, conversations } = values
  return {
    messages: Number(messages),
    conversation: Number(conversation),
    conversations: Number(conversations),
  }
}

type Filled = Served & { readonly conversationId: string }

const questions: readonly (readonly [name: string, query: (filled: Filled) => string])[] = [
  ['a common word', ({ conversationId }) => `q=common&conversationId=${conversationId}`],
  ['a letter', ({ conversationId }) => `q=c&conversationId=${conversationId}`],
  ['a rare word', ({ conversationId }) => `q=seldom&conversationId=${conversationId}`],
  ['a common and a rare word', ({ conversationId }) => `q=common+seldom&conversationId=${conversationId}`],
  ['what nobody wrote', ({ conversationId }) => `q=absent&conversationId=${conversationId}`],
  ['signs of a script without spaces', ({ conversationId }) => `q=天気&conversationId=${conversationId}`],
  [
    'of one sender',
    ({ conversationId, userId }) => `q=common&from=${userId}&conversationId=${conversationId}`,
  ],
  ['a common word everywhere', () => 'q=common'],
  ['what nobody wrote, everywhere', () => 'q=absent'],
]

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0

/** Requests of somebody else at a steady rate, each as long as it takes. */
async function unrelated({ url }: Served, seconds: number): Promise<readonly number[]> {
  const everyMs = 10
  const startedAt = performance.now()
  const asked: Promise<number>[] = []
  for (let i = 0; i * everyMs < seconds * 1_000; i++) {
    const waitMs = startedAt + i * everyMs - performance.now()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    asked.push(timed(() => ask(`${url}/.well-known/jwks.json`, null)))
  }
  return Promise.all(asked)
}

async function besides<T>(work: () => Promise<unknown>, measure: () => Promise<T>): Promise<T> {
  let goesOn = true
  const working = (async () => {
    while (goesOn) await work()
  })()
  const measured = await measure()
  goesOn = false
  await working
  return measured
}

export async function measureSearch({ messages, conversation, conversations }: SearchOptions): Promise<void> {
  const large = await openFilled({ messages, conversation, conversations })
  const small = await openFilled({ messages: smallSize, conversation: smallSize, conversations })
  const search = (filled: Filled, query: string) =>
    ask(`${filled.url}/api/v1/messages/search?${query}`, filled.token)
  try {
    for (const [name, query] of questions) {
      const pairs: { a: number; b: number }[] = []
      for (let i = 0; i < rounds + 10; i++) {
        const a = await timed(() => search(large, query(large)))
        const b = await timed(() => search(small, query(small)))
        if (i >= 10) pairs.push({ a, b })
      }
      const [a, b] = [median(pairs.map((pair) => pair.a)), median(pairs.map((pair) => pair.b))]
      row(
        `search: ${name}, ${conversation} of ${messages} messages ÷ ${smallSize} of ${smallSize}`,
        `${(a / b).toFixed(2)} (${a.toFixed(1)} ÷ ${b.toFixed(1)} ms)`,
        '≤ 1.5',
      )
    }
    for (const [name, q] of [
      ['a common word', 'common'],
      ['what nobody wrote', 'absent'],
    ] as const) {
      await unrelated(large, 2)
      const [alone, beside]: [number[], number[]] = [[], []]
      for (let i = 0; i < 4; i++) {
        alone.push(...(await unrelated(large, 3)))
        beside.push(
          ...(await besides(
            () => search(large, `q=${q}`),
            () => unrelated(large, 3),
          )),
        )
      }
      const [a, b] = [percentile(beside, 0.99), percentile(alone, 0.99)]
      row(
        `an unrelated request while ${name} is searched in ${conversations} conversations ÷ alone, p99`,
        `${(a / b).toFixed(2)} (${a.toFixed(1)} ÷ ${b.toFixed(1)} ms)`,
        '≤ 3',
      )
    }
  } finally {
    large.stop()
    small.stop()
  }
}

if (import.meta.main) {
  await measureSearch(searchOptions())
  process.exit(0)
}
