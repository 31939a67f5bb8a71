import { loosely } from '../../../base/state/loosely.ts'
import { Icon } from '../../../base/view/icon.tsx'
import { mailAgain, putAway, unconfirmed } from '../../state/address.ts'

/** An address that was never confirmed cannot be written to, and not be used to come back in. */
export function Unconfirmed() {
  const email = unconfirmed.value
  if (email === null) return null
  return (
    <section class="unconfirmed" aria-label="Your e-mail address">
      <p class="small grow">
        Confirm your address: open the link that was mailed to <bdi>{email}</bdi>.
        <button type="button" class="link" onClick={() => loosely(mailAgain)}>
          Send the mail again
        </button>
      </p>
      <button type="button" class="round plain" aria-label="Not now" onClick={putAway}>
        <Icon name="close" />
      </button>
    </section>
  )
}
