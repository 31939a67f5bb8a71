'use client'

import { good } from '@/lib/answers'
import type { Auth } from '@/lib/auth'
import { Field } from './form'

/** Asked before what cannot be taken back. */
export function StepUpField() {
  return (
    <Field
      name="proof"
      type="password"
      label="Your password; with a second factor, a code of your app"
      autoComplete="current-password"
    />
  )
}

export async function stepUp(client: Auth['client'], proof = ''): Promise<void> {
  const { mfa, 'step-up': way } = client.api.v1.auth
  const { totp } = await (await good(mfa.$get())).json()
  const typed = proof.replaceAll(/\s/g, '')
  await good(way.$post({ json: totp ? { code: typed } : { password: proof } }))
}
