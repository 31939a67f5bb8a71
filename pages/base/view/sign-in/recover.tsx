import { Field, SignInForm, textIn } from './form.tsx'
import { mailCode } from './mail-code.ts'

export function Recover({ onMailed }: { onMailed: (email: string) => void }) {
  const submit = async (fields: FormData) => {
    const email = textIn(fields, 'email')
    const problem = await mailCode(email)
    if (problem === undefined) onMailed(email)
    return problem
  }
  return (
    <SignInForm lead="We mail you a link to choose a new password." action="Send the mail" submit={submit}>
      <Field label="E-mail" name="email" type="email" autocomplete="username" required />
    </SignInForm>
  )
}
