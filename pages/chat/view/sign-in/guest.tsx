import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { start } from '../../../base/state/start.ts'
import { Field, isShared, SharedDevice, SignInForm, textIn } from '../../../base/view/sign-in/form.tsx'

export function Guest() {
  const submit = async (fields: FormData) => {
    const json = { name: textIn(fields, 'name'), sharedDevice: isShared(fields) }
    const answer = await ask(v1.auth.guest.$post({ json }))
    if (!answer.ok) return answer.problem.message
    await start()
    return
  }
  return (
    <SignInForm
      lead="Talk to a member of staff now, without an account. It lasts for a day; create an account any time, and what was said is kept."
      action="Begin"
      submit={submit}
    >
      <Field label="What shall we call you?" name="name" autocomplete="nickname" required />
      <SharedDevice />
    </SignInForm>
  )
}
