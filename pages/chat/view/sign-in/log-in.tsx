import { ask } from '../../api/ask.ts'
import { v1 } from '../../api/client.ts'
import type { SecondFactorWanted } from '../../api/shapes.ts'
import { start } from '../../start.ts'
import { Field, isShared, SharedDevice, SignInForm, textIn } from './form.tsx'

export function LogIn({ onSecondFactor }: { onSecondFactor: (wanted: SecondFactorWanted) => void }) {
  const submit = async (fields: FormData) => {
    const answer = await ask(
      v1.auth.login.$post({
        json: {
          email: textIn(fields, 'email'),
          password: textIn(fields, 'password'),
          sharedDevice: isShared(fields),
        },
      }),
    )
    if (!answer.ok) return answer.problem.message
    if ('mfaToken' in answer.value) {
      onSecondFactor(answer.value)
      return
    }
    await start()
    return
  }
  return (
    <SignInForm lead="Sign in to see your conversations." action="Sign in" submit={submit}>
      <Field label="E-mail" name="email" type="email" autocomplete="username" required />
      <Field label="Password" name="password" type="password" autocomplete="current-password" required />
      <SharedDevice />
    </SignInForm>
  )
}
