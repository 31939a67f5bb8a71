import { signal } from '@preact/signals'
import { onLeaving } from '../../../base/state/session.ts'
import type { FormStatus, FormType, Urgency } from './words.ts'

export type LookIn = 'name' | 'text' | 'participant' | 'trackingNumber'

export interface Filters {
  readonly type: FormType | ''
  readonly status: FormStatus | ''
  readonly urgency: Urgency | ''
  readonly assigned: '' | 'me'
  readonly overdue: '' | 'true'
  readonly lookIn: LookIn
  readonly words: string
}

const none: Filters = {
  type: '',
  status: '',
  urgency: '',
  assigned: '',
  overdue: '',
  lookIn: 'name',
  words: '',
}

/** Kept while one looks at a form and comes back; never in the address, which may be seen and is kept by the browser. */
export const filters = signal<Filters>(none)
onLeaving(() => {
  filters.value = none
})

/** Lists that other screens lead to, by the word in their address. */
const presets: Readonly<Record<string, Partial<Filters>>> = {
  all: {},
  waiting: { status: 'pending' },
  overdue: { overdue: 'true' },
  urgent: { status: 'pending', urgency: 'high' },
  spam: { status: 'spam' },
  mine: { assigned: 'me' },
}
export const isPreset = (id: string): boolean => Object.hasOwn(presets, id)
export const showPreset = (id: string): void => {
  filters.value = { ...none, ...presets[id] }
}

/** As the API takes them. */
export const queryOf = ({ type, status, urgency, assigned, overdue, lookIn, words }: Filters) => ({
  ...(type === '' ? {} : { type }),
  ...(status === '' ? {} : { status }),
  ...(urgency === '' ? {} : { urgency }),
  ...(assigned === '' ? {} : { assignedTo: assigned }),
  ...(overdue === '' ? {} : { overdue }),
  ...(words === '' ? {} : { [lookIn]: words }),
})
