import { useState } from 'preact/hooks'
import { ask } from '../../api/ask.ts'
import { v1 } from '../../api/client.ts'
import { Field, SignInForm, textIn } from './form.tsx'

export function Recover() {
  const [said, setSaid] = useState<string | null>(null)
  const submit = async (fields: FormData) => {
    const answer = await ask(v1.auth['forgot-password'].$post({ json: { email: textIn(fields, 'email') } }))
    if (!answer.ok) return answer.problem.message
    setSaid(answer.value.message)
    return
  }
  if (said) return <p role="status">{said}</p>
  return (
    <SignInForm lead="We mail you a link to choose a new password." action="Send the mail" submit={submit}>
      <Field label="E-mail" name="email" type="email" autocomplete="username" required />
    </SignInForm>
  )
}
