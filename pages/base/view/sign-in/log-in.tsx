import { useState } from 'preact/hooks'
import { ask } from '../../api/ask.ts'
import { v1 } from '../../api/client.ts'
import type { SecondFactorWanted } from '../../api/shapes.ts'
import { loosely } from '../../state/loosely.ts'
import { signInNote } from '../../state/session.ts'
import { start } from '../../state/start.ts'
import { Field, isShared, SharedDevice, SignInForm, textIn } from './form.tsx'
import { mailCode } from './mail-code.ts'

/** By address and password; where that is not enough on this device, with the code of a mail besides. */
export function LogIn({
  lead,
  email = '',
  isMailed = false,
  onSecondFactor,
}: {
  lead: string
  email?: string
  /** A mail with a code is on its way. */
  isMailed?: boolean
  onSecondFactor: (wanted: SecondFactorWanted) => void
}) {
  const [isRefused, setRefused] = useState(false)
  const [hasCode, setHasCode] = useState(isMailed)
  const [isMailing, setMailing] = useState(false)
  const submit = async (fields: FormData) => {
    const mailedCode = textIn(fields, 'mailedCode').trim()
    const answer = await ask(
      v1.auth.login.$post({
        json: {
          email: textIn(fields, 'email'),
          password: textIn(fields, 'password'),
          sharedDevice: isShared(fields),
          ...(mailedCode === '' ? {} : { mailedCode }),
        },
      }),
    )
    if (!answer.ok) {
      setRefused(answer.problem.code === 'invalid_credentials')
      return answer.problem.message
    }
    if ('mfaToken' in answer.value) {
      onSecondFactor(answer.value)
      return
    }
    await start()
    return
  }
  const askForCode = async (form: HTMLFormElement | null) => {
    if (!form || isMailing) return
    setMailing(true)
    const problem = await mailCode(textIn(new FormData(form), 'email'))
    setMailing(false)
    signInNote.value = problem ?? ''
    if (problem === undefined) setHasCode(true)
  }
  return (
    <SignInForm lead={lead} action="Sign in" submit={submit}>
      <Field label="E-mail" name="email" type="email" autocomplete="username" value={email} required />
      <Field label="Password" name="password" type="password" autocomplete="current-password" required />
      {hasCode && (
        <Field
          label="Code from the mail, if you know your password"
          name="mailedCode"
          autocomplete="one-time-code"
          help="It works for 15 minutes. If you do not know your password, use the link in the mail."
        />
      )}
      <SharedDevice />
      {isRefused && (
        <button
          type="button"
          class="link"
          aria-disabled={isMailing}
          onClick={({ currentTarget: { form } }) => loosely(() => askForCode(form))}
        >
          {hasCode ? 'Mail me another code' : 'I know my password: mail me a code'}
        </button>
      )}
    </SignInForm>
  )
}
