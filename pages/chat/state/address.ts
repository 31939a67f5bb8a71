import { computed, signal } from '@preact/signals'
import { ask } from '../../base/api/ask.ts'
import { byItself, v1 } from '../../base/api/client.ts'
import { loosely } from '../../base/state/loosely.ts'
import { attempt, tell } from '../../base/state/notices.ts'
import { isGuest, me, myId, onLeaving } from '../../base/state/session.ts'

const isPutAway = signal(false)
onLeaving(() => {
  isPutAway.value = false
})

/** The address that nobody has confirmed yet, unless that was said and put away. */
export const unconfirmed = computed(() =>
  me.value && !isGuest() && !me.value.emailVerified && !isPutAway.value ? me.value.email : null,
)

export const putAway = (): void => {
  isPutAway.value = true
}

export const mailAgain = (): Promise<boolean> =>
  attempt(
    () => ask(v1.auth['resend-verification'].$post()),
    ({ message }) => tell(message),
  )

/** Confirmed in the mail, in another window: found out when somebody comes back to this one. */
async function lookAgain(): Promise<void> {
  const id = myId()
  const answer = await ask(v1.users.me.$get({}, byItself))
  if (answer.ok && answer.value.id === id && myId() === id) me.value = answer.value
}
document.addEventListener('visibilitychange', () =>
  loosely(() => (document.visibilityState === 'visible' && unconfirmed.peek() !== null ? lookAgain() : null)),
)
