import { Secret, TOTP } from 'otpauth'
import type { Clock } from '../../ports/clock.ts'
import type { OneTimePasswords } from '../../ports/one-time-passwords.ts'

const periodSeconds = 30
const issuer = 'T.O.O.L.S Inc'

export function createOtpauthOneTimePasswords({ clock }: { readonly clock: Clock }): OneTimePasswords {
  const totp = (secret: string, label: string) =>
    new TOTP({
      issuer,
      label,
      secret: Secret.fromBase32(secret),
      algorithm: 'SHA1',
      digits: 6,
      period: periodSeconds,
    })
  return {
    newSecret: () => new Secret({ size: 20 }).base32,
    enrolmentUri: (secret, account) => totp(secret, account).toString(),
    stepOf(secret, code) {
      const timestamp = clock.now()
      const delta = totp(secret, '').validate({ token: code, timestamp, window: 1 })
      return delta === null ? null : Math.floor(timestamp / 1000 / periodSeconds) + delta
    },
  }
}
