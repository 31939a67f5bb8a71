import { effect, signal } from '@preact/signals'
import { ask, type Problem } from '../api/ask.ts'
import { byItself, endedSessions, expectUser, leaving, v1 } from '../api/client.ts'
import type { Me } from '../api/shapes.ts'

export type Phase = 'starting' | 'signed-out' | 'signed-in' | Problem

export const phase = signal<Phase>('starting')
export const me = signal<Me | null>(null)
/** What went wrong, said in the sign-in form. */
export const signInNote = signal('')
/** What happened and is no problem, such as a mail that is on its way. Said over the form. */
export const signInNews = signal('')

export const myId = (): string => me.value?.id ?? ''
export const isGuest = (): boolean => me.value?.role === 'guest'

const forgetters: (() => void)[] = []
/** What is to be forgotten of a person when they leave, whatever ended their session. */
export const onLeaving = (forget: () => void): void => void forgetters.push(forget)

/** How often somebody left since the page opened. */
let departures = 0

/** Nobody is here any more: `note` is what went wrong, `news` what did not. */
export function signedOut(note: string, news = ''): void {
  departures++
  for (const forget of forgetters) forget()
  me.value = null
  expectUser(undefined)
  signInNote.value = note
  signInNews.value = news
  phase.value = 'signed-out'
}

/**
 * Finds out who is here. Answers whether somebody is. `isByItself`: nobody asked for it. Whoever leaves meanwhile has left:
 * what the server says of the moment before neither brings them back nor takes away what they were told.
 */
export async function enter(isByItself = false): Promise<boolean> {
  if (phase.value !== 'signed-out') phase.value = 'starting'
  const before = departures
  // Whoever it is: this asks.
  expectUser(undefined)
  const departure = await leaving.settle()
  if (departure?.isSignedOut === false) {
    signedOut(departure.message)
    return false
  }
  const answer = await ask(v1.users.me.$get({}, isByItself ? byItself : {}))
  if (departures !== before) return false
  if (answer.ok) {
    me.value = answer.value
    expectUser(answer.value.id)
    signInNote.value = ''
    signInNews.value = ''
    phase.value = 'signed-in'
    return true
  }
  const { problem } = answer
  if (problem.status === 401) signedOut('')
  else if (phase.value === 'signed-out') signInNote.value = problem.message
  else if (problem.status === 403) signedOut(problem.message)
  else phase.value = problem
  return false
}

export async function signOut(): Promise<void> {
  const departure = await leaving.leave()
  signedOut(departure.isSignedOut ? '' : departure.message)
}

effect(() => {
  if (endedSessions.value > 0 && phase.peek() === 'signed-in') signedOut('You have been signed out.')
})
