import { signal } from '@preact/signals'
import { type Answer, ask } from '../../base/api/ask.ts'
import { byItself, v1 } from '../../base/api/client.ts'
import type { Of } from '../../base/api/shapes.ts'
import { loosely } from '../../base/state/loosely.ts'
import { me, onLeaving } from '../../base/state/session.ts'
import { staffRole } from './staff.ts'

export type Person = Of<(typeof v1)['admin']['users']['$get']>['items'][number]

/** Accounts are looked through in no order: what is not found within so many pages has no name here, and is searched for. */
const mostPages = 5
const names = signal<ReadonlyMap<string, string>>(new Map())
let isAsked = false
onLeaving(() => {
  isAsked = false
  names.value = new Map()
})

async function read(role: 'admin' | 'mentor'): Promise<void> {
  let cursor: string | null = null
  for (let page = 0; page < mostPages; page++) {
    const answer: Answer<Of<(typeof v1)['admin']['users']['$get']>> = await ask(
      v1.admin.users.$get(
        { query: { role, limit: '100', ...(cursor === null ? {} : { cursor }) } },
        byItself,
      ),
    )
    if (!answer.ok) return
    note(answer.value.items)
    cursor = answer.value.pagination.nextCursor
    if (cursor === null) return
  }
}

/** What some answer said of people, so that nobody need ask for it. */
export function note(people: readonly Pick<Person, 'id' | 'name'>[]): void {
  names.value = new Map([...names.peek(), ...people.map(({ id, name }) => [id, name] as const)])
}

/** Who somebody on the staff is, in words. Mentors are told of themselves alone. */
export function staffName(id: string): string {
  if (id === me.value?.id) return `${me.value.name} (you)`
  if (staffRole.value === 'admin' && !isAsked) {
    isAsked = true
    loosely(() => Promise.all([read('admin'), read('mentor')]))
  }
  return names.value.get(id) ?? 'Somebody on the staff'
}
