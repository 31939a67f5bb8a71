import { useState } from 'preact/hooks'
import { ask } from '../../api/ask.ts'
import { v1 } from '../../api/client.ts'
import { canUsePasskeys, usePasskey } from '../../api/passkeys.ts'
import type { SecondFactorWanted } from '../../api/shapes.ts'
import { signInNote } from '../../state/session.ts'
import { start } from '../../state/start.ts'
import { Field, SignInForm, textIn } from './form.tsx'

type Method = SecondFactorWanted['methods'][number]

const words: Readonly<Record<Method, string>> = {
  totp: 'Use my authenticator app',
  passkey: 'Use a passkey',
  'recovery-code': 'Use a recovery code',
}

/** The password was right; this account asks for one thing more. */
export function SecondFactor({ wanted, onBack }: { wanted: SecondFactorWanted; onBack: () => void }) {
  const { mfaToken, methods, passkeyOptions } = wanted
  const usable = methods.filter((method) => method !== 'passkey' || (passkeyOptions && canUsePasskeys()))
  const [method, setMethod] = useState<Method | undefined>(usable[0])
  const submit = async (fields: FormData) => {
    const code = textIn(fields, 'code')
    const passkey = method === 'passkey' && passkeyOptions ? await usePasskey(passkeyOptions) : null
    if (method === 'passkey' && !passkey) return 'The passkey was not used. Try again, or use another way.'
    const json = passkey
      ? { mfaToken, passkey }
      : method === 'totp'
        ? { mfaToken, code }
        : { mfaToken, recoveryCode: code }
    const answer = await ask(v1.auth.login.mfa.$post({ json: json as never }))
    if (!answer.ok) return answer.problem.message
    await start()
    return
  }
  return (
    <>
      {method === undefined ? (
        <p role="alert">
          This account needs a passkey, which this browser cannot use here. Open the page over https, or on
          another device.
        </p>
      ) : (
        <SignInForm
          key={method}
          lead="One more step: show that it is you."
          action={method === 'passkey' ? 'Use a passkey' : 'Confirm'}
          submit={submit}
        >
          {method === 'totp' && (
            <Field
              label="Six digits from your authenticator app"
              name="code"
              autocomplete="one-time-code"
              inputMode="numeric"
              required
            />
          )}
          {method === 'recovery-code' && (
            <Field label="Recovery code" name="code" autocomplete="off" help="Each works once." required />
          )}
        </SignInForm>
      )}
      <nav aria-label="Other ways to confirm" class="ways">
        {usable
          .filter((each) => each !== method)
          .map((each) => (
            <button
              key={each}
              type="button"
              class="link"
              onClick={() => {
                signInNote.value = ''
                setMethod(each)
              }}
            >
              {words[each]}
            </button>
          ))}
        <button type="button" class="link" onClick={onBack}>
          Back
        </button>
      </nav>
    </>
  )
}
