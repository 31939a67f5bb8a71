import { signal } from '@preact/signals'
import { createSessionWatch, type SessionWatch } from '../../../src/client/session-watch.ts'
import { client } from '../api/client.ts'
import { fault, loosely } from './loosely.ts'
import { tell } from './notices.ts'
import { onLeaving } from './session.ts'

/** Seconds until the session ends because nothing happens in it, once that is near. */
export const endsIn = signal<number | null>(null)

let watch: SessionWatch | undefined
let touchedAt = 0
/** Whoever reads and writes is there, though no request has said so for a while. */
const recentMs = 5 * 60_000

onLeaving(() => {
  watch?.stop()
  watch = undefined
  endsIn.value = null
})

for (const event of ['keydown', 'pointerdown', 'wheel'] as const)
  addEventListener(
    event,
    () =>
      loosely(() => {
        touchedAt = Date.now()
      }),
    { capture: true, passive: true },
  )
// A computer that slept kept no time, and another tab may have been in use meanwhile.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') loosely(() => watch?.start())
})

let isExtending = false

function warn(secondsLeft: number): void {
  if (isExtending) {
    // However often it is extended, a session has an end.
    endsIn.value = null
    tell('Your session ends soon, and cannot be made longer. Sign in again then.')
    return
  }
  const isHere = document.visibilityState === 'visible' && Date.now() - touchedAt < recentMs
  if (!isHere) endsIn.value = secondsLeft
  else
    loosely(async () => {
      if (!(await extend())) endsIn.value = secondsLeft
    })
}

async function extend(): Promise<boolean> {
  if (isExtending || !watch) return isExtending
  isExtending = true
  const isExtended = await watch.extend()
  isExtending = false
  return isExtended
}

export async function stay(): Promise<void> {
  if (!(await extend()))
    tell('You could not be kept signed in: the server cannot be reached.', { isProblem: true })
}

export function watchSession(): void {
  if (watch) return
  const begun = createSessionWatch({
    client,
    onError: fault,
    onWarning: warn,
    onTime() {
      endsIn.value = null
    },
  })
  watch = begun
  loosely(() => begun.start())
}
