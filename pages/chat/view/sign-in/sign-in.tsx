import { useSignal } from '@preact/signals'
import type { SecondFactorWanted } from '../../../base/api/shapes.ts'
import { signInNews, signInNote } from '../../../base/state/session.ts'
import { LogIn } from '../../../base/view/sign-in/log-in.tsx'
import { Recover } from '../../../base/view/sign-in/recover.tsx'
import { SecondFactor } from '../../../base/view/sign-in/second-factor.tsx'
import { place } from '../../state/place.ts'
import { Guest } from './guest.tsx'
import { SignUp } from './sign-up.tsx'

type Way = 'log-in' | 'sign-up' | 'guest' | 'recover'

/** From nothing to somebody who is known: each way in, and a way from each to the others. */
export function SignIn() {
  const way = useSignal<Way>('log-in')
  const wanted = useSignal<SecondFactorWanted | null>(null)
  /** The address that a mail is on its way to. */
  const mailedTo = useSignal<string | null>(null)
  const chosen = way.value
  const other = (to: Way, words: string) =>
    chosen !== to && (
      <button
        type="button"
        class="link"
        onClick={() => {
          signInNote.value = ''
          signInNews.value = ''
          mailedTo.value = null
          way.value = to
        }}
      >
        {words}
      </button>
    )
  return (
    <main class="sign-in-page">
      <div class="sign-in">
        <h1>MackChat</h1>
        {place.value.invitation && (
          <p>You were invited to a group. Sign in to see the invitation, or create an account.</p>
        )}
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
            {chosen === 'log-in' && (
              <LogIn
                lead="Sign in to see your conversations."
                email={mailedTo.value ?? ''}
                isMailed={mailedTo.value !== null}
                onSecondFactor={(asked) => {
                  signInNews.value = ''
                  wanted.value = asked
                }}
              />
            )}
            {chosen === 'sign-up' && <SignUp />}
            {chosen === 'guest' && <Guest />}
            {chosen === 'recover' && (
              <Recover
                onMailed={(email) => {
                  mailedTo.value = email
                  way.value = 'log-in'
                }}
              />
            )}
            <nav aria-label="Other ways in" class="ways">
              {other('log-in', 'Sign in')}
              {other('sign-up', 'Create an account')}
              {other('guest', 'Talk to staff without an account')}
              {chosen === 'log-in' && other('recover', 'I forgot my password')}
            </nav>
          </>
        )}
      </div>
    </main>
  )
}
