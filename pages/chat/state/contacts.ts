import { signal } from '@preact/signals'
import { randomId } from '../../../src/client/random-id.ts'
import { ask, type Load } from '../../base/api/ask.ts'
import { v1 } from '../../base/api/client.ts'
import { onLeaving } from '../../base/state/session.ts'
import type { Contact } from '../api/shapes.ts'
import { keep } from './conversations.ts'

interface Found {
  readonly q: string
  readonly items: readonly Contact[]
  readonly next: string | null
  readonly load: Load
}

const nothing: Found = { q: '', items: [], next: null, load: 'loading' }
export const contacts = signal<Found>(nothing)
onLeaving(() => {
  contacts.value = nothing
})
let asked = 0

/** People one may write to, whose name has `q` in it; the next page of them with `goesOn`. */
export async function findContacts(q: string, goesOn = false): Promise<void> {
  const turn = ++asked
  const before = goesOn
    ? contacts.peek()
    : { ...nothing, q, items: contacts.peek().q === q ? contacts.peek().items : [] }
  contacts.value = { ...before, load: 'loading' }
  const answer = await ask(
    v1.contacts.$get({
      query: { limit: '50', ...(q ? { q } : {}), ...(goesOn && before.next ? { cursor: before.next } : {}) },
    }),
  )
  if (turn !== asked) return
  if (!answer.ok) {
    contacts.value = { ...before, load: answer.problem }
    return
  }
  const { items, pagination } = answer.value
  contacts.value = {
    q,
    items: goesOn ? [...before.items, ...items] : items,
    next: pagination.nextCursor ?? null,
    load: 'ready',
  }
}

/** Made once however often it is asked: the key goes with the same people and name. */
export function createConversation() {
  let key = randomId()
  let last = ''
  return async (participantIds: readonly string[], name: string) => {
    const isGroup = participantIds.length > 1 || name !== ''
    const json = isGroup
      ? { type: 'group' as const, participantIds: [...participantIds], ...(name ? { name } : {}) }
      : { type: 'direct' as const, participantIds: [...participantIds] }
    const text = JSON.stringify(json)
    if (text !== last) key = randomId()
    last = text
    const answer = await ask(v1.conversations.$post({ json }, { headers: { 'Idempotency-Key': key } }))
    if (answer.ok) keep(answer.value)
    return answer
  }
}
