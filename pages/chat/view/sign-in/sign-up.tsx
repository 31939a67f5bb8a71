import { useRef, useState } from 'preact/hooks'
import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { start } from '../../../base/state/start.ts'
import { Field, isShared, SharedDevice, SignInForm, textIn } from '../../../base/view/sign-in/form.tsx'

export function SignUp() {
  const [isMailed, setMailed] = useState<string | null>(null)
  /** For which address nobody heard what became of a sign-up. */
  const unheard = useRef<string | null>(null)
  const submit = async (fields: FormData) => {
    const credentials = {
      email: textIn(fields, 'email'),
      password: textIn(fields, 'password'),
      sharedDevice: isShared(fields),
    }
    const answer = await ask(v1.auth.signup.$post({ json: { name: textIn(fields, 'name'), ...credentials } }))
    if (!answer.ok) {
      const { kind, code, message } = answer.problem
      if (kind !== 'refused') unheard.current = credentials.email
      if (code !== 'user_exists' || unheard.current !== credentials.email) return message
      // It may have worked the first time: then whoever signs up knows the password.
      const login = await ask(v1.auth.login.$post({ json: credentials }))
      if (!login.ok || 'mfaToken' in login.value) return message
      await start()
      return
    }
    if ('message' in answer.value) setMailed(answer.value.message)
    else await start()
    return
  }
  if (isMailed) return <p role="status">{isMailed}</p>
  return (
    <SignInForm
      lead="With an account your conversations are here again tomorrow."
      action="Create an account"
      submit={submit}
    >
      <Field
        label="Name"
        name="name"
        autocomplete="name"
        help="Others see it beside what you write."
        required
      />
      <Field label="E-mail" name="email" type="email" autocomplete="username" required />
      <Field
        label="Password"
        name="password"
        type="password"
        autocomplete="new-password"
        help="Long is better than complicated: three or four words."
        required
      />
      <SharedDevice />
    </SignInForm>
  )
}
