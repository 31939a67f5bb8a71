'use client'

import Link from 'next/link'
import { Field, Form } from '@/components/form'
import { Page } from '@/components/page'
import { good } from '@/lib/answers'
import { useAuth } from '@/lib/auth'
import { useToken } from '@/lib/use-query'

/** By the code of the mail; or by its link, where `PORTAL_LINKS` leads `verifyEmail` here. */
export default function Confirm() {
  const { user, client, updateProfile } = useAuth()
  const token = useToken()
  const { auth } = client.api.v1
  const done = 'Your address is confirmed.'
  if (token === null) return null
  return (
    <Page title="Confirm your e-mail address">
      {token !== '' ? (
        <Form
          button="Confirm my address"
          send={async () => {
            await good(auth['verify-email'].$post({ json: { token } }))
            return done
          }}
        >
          <p>Is this your mailbox, and did you create an account with us?</p>
        </Form>
      ) : user?.emailVerified ? (
        <p role="status">{done}</p>
      ) : user ? (
        <>
          <Form
            button="Confirm"
            send={async ({ code = '' }) => {
              await good(auth['verify-email'].$post({ json: { email: user.email, code: code.trim() } }))
              // Reads the profile again.
              await updateProfile({})
            }}
          >
            <p>We sent a code to {user.email}.</p>
            <Field name="code" label="Code" autoComplete="one-time-code" inputMode="numeric" />
          </Form>
          <Form
            button="Send another code"
            send={async () => {
              await good(auth['resend-verification'].$post())
              return 'Another code is on its way.'
            }}
          />
        </>
      ) : (
        <p>
          <Link href="/login/?next=/confirm/">Sign in</Link> to confirm your address.
        </p>
      )}
      <p>
        <Link href="/dashboard/">To the dashboard</Link>
      </p>
    </Page>
  )
}
