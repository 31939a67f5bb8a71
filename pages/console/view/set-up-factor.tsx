import { useState } from 'preact/hooks'
import { ask } from '../../base/api/ask.ts'
import { v1 } from '../../base/api/client.ts'
import { loosely } from '../../base/state/loosely.ts'
import { attempt } from '../../base/state/notices.ts'
import { readStaff } from '../state/staff.ts'
import { withStepUp } from '../state/step-up.ts'
import { QrCode } from './qr-code.tsx'

interface Begun {
  readonly secret: string
  readonly uri: string
}

/** Staff whose session may do no more than anybody's: what they lack, and how they get it here. */
export function SetUpFactor() {
  const [begun, setBegun] = useState<Begun | null>(null)
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const [isSending, setSending] = useState(false)
  const begin = () => attempt(() => withStepUp(() => ask(v1.auth.mfa.totp.$post())), setBegun)
  const confirm = async (event: SubmitEvent) => {
    event.preventDefault()
    if (isSending || !(event.currentTarget instanceof HTMLFormElement)) return
    const code = String(new FormData(event.currentTarget).get('code') ?? '').trim()
    setSending(true)
    await attempt(
      () => ask(v1.auth.mfa.totp.confirm.$post({ json: { code } })),
      ({ recoveryCodes }) => {
        if (recoveryCodes.length > 0) setCodes(recoveryCodes)
        else loosely(readStaff)
      },
    )
    setSending(false)
  }
  if (codes)
    return (
      <>
        <p>Keep these codes where nobody else finds them. Each signs you in once when your app is lost.</p>
        <ul class="codes">
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ul>
        <button type="button" class="primary" onClick={() => loosely(readStaff)}>
          I have kept them
        </button>
      </>
    )
  if (!begun)
    return (
      <>
        <p>
          This page is for staff who signed in with a second factor. Set up an authenticator app, or sign in
          again with the factor that you have.
        </p>
        <button type="button" class="primary" onClick={() => loosely(begin)}>
          Set up an authenticator app
        </button>
      </>
    )
  return (
    <form class="set-up" onSubmit={(event) => loosely(() => confirm(event))}>
      <p>Point the camera of your authenticator app at this.</p>
      <QrCode text={begun.uri} name="The key for your authenticator app, as a QR code" />
      <p>
        Or add this key to it: <code>{begun.secret}</code>, or{' '}
        <a href={begun.uri}>open it in the app of this device</a>.
      </p>
      <label>
        Six digits that the app shows now
        <input name="code" inputMode="numeric" autocomplete="one-time-code" required />
      </label>
      <button type="submit" class="primary" aria-disabled={isSending}>
        {isSending ? 'One moment…' : 'Confirm'}
      </button>
    </form>
  )
}
