import { useSignal } from '@preact/signals'
import type { SecondFactorWanted } from '../../base/api/shapes.ts'
import { signInNews, signInNote } from '../../base/state/session.ts'
import { LogIn } from '../../base/view/sign-in/log-in.tsx'
import { Recover } from '../../base/view/sign-in/recover.tsx'
import { SecondFactor } from '../../base/view/sign-in/second-factor.tsx'

/** The only thing that somebody sees who is not known. */
export function SignIn() {
  const isRecovering = useSignal(false)
  const wanted = useSignal<SecondFactorWanted | null>(null)
  /** The address that a mail is on its way to. */
  const mailedTo = useSignal<string | null>(null)
  const turnTo = (toRecover: boolean) => () => {
    signInNote.value = ''
    signInNews.value = ''
    mailedTo.value = null
    isRecovering.value = toRecover
  }
  return (
    <main class="sign-in-page">
      <div class="sign-in">
        <h1>Console</h1>
        <p role="status" class="news">
          {signInNews.value}
        </p>
        {wanted.value ? (
          <SecondFactor
            wanted={wanted.value}
            onBack={() => {
              wanted.value = null
            }}
          />
        ) : (
          <>
            {isRecovering.value ? (
              <Recover
                onMailed={(email) => {
                  mailedTo.value = email
                  isRecovering.value = false
                }}
              />
            ) : (
              <LogIn
                lead="For staff."
                email={mailedTo.value ?? ''}
                isMailed={mailedTo.value !== null}
                onSecondFactor={(asked) => {
                  signInNews.value = ''
                  wanted.value = asked
                }}
              />
            )}
            <nav aria-label="Other ways in" class="ways">
              <button type="button" class="link" onClick={turnTo(!isRecovering.value)}>
                {isRecovering.value ? 'Sign in' : 'I forgot my password'}
              </button>
            </nav>
          </>
        )}
      </div>
    </main>
  )
}
