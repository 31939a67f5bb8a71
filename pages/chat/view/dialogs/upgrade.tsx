import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { me, signedOut } from '../../../base/state/session.ts'
import { start } from '../../../base/state/start.ts'
import { closeDialog, Dialog } from '../../../base/view/dialog.tsx'
import { Field, SignInForm, textIn } from '../../../base/view/sign-in/form.tsx'

/** A guest becomes somebody with an account, and keeps what was said. */
export function Upgrade() {
  const submit = async (fields: FormData) => {
    const answer = await ask(
      v1.auth.guest.upgrade.$post({
        json: { email: textIn(fields, 'email'), password: textIn(fields, 'password'), name: me.value?.name },
      }),
    )
    if (!answer.ok) return answer.problem.message
    closeDialog()
    // Where it is not told whether the address is known, the guest is signed out, and the mailbox says how it goes on.
    if ('message' in answer.value) signedOut('', answer.value.message)
    else await start()
    return
  }
  return (
    <Dialog title="Create an account" isNarrow>
      <SignInForm lead="Everything that was said is kept." action="Create it" submit={submit}>
        <Field label="E-mail" name="email" type="email" autocomplete="username" required />
        <Field label="Password" name="password" type="password" autocomplete="new-password" required />
      </SignInForm>
      <div class="row end">
        <button type="button" onClick={closeDialog}>
          Not now
        </button>
      </div>
    </Dialog>
  )
}
