'use client'

import Link from 'next/link'
import { useState } from 'react'
import { Field, Form } from '@/components/form'
import { Page } from '@/components/page'
import { good } from '@/lib/answers'
import { useAuth } from '@/lib/auth'
import { useToken } from '@/lib/use-query'

/** The link of a reset, and of an invitation. */
export default function ResetPassword() {
  const { client } = useAuth()
  const token = useToken()
  const [isDone, setIsDone] = useState(false)
  if (token === null) return null
  return (
    <Page title="Choose your password">
      {isDone ? (
        <p role="status" className="done">
          The new password is set. <Link href="/login/">Sign in with it</Link>
        </p>
      ) : token === '' ? (
        <p>
          Open the link in the mail once more, or <Link href="/forgot-password/">ask for a new one</Link>.
        </p>
      ) : (
        <>
          <Form
            button="Set the password"
            send={async ({ newPassword = '' }) => {
              await good(client.api.v1.auth['reset-password'].$post({ json: { token, newPassword } }))
              setIsDone(true)
            }}
          >
            <p>Every device is signed out. Then sign in with the new password.</p>
            <Field
              name="newPassword"
              label="New password"
              type="password"
              autoComplete="new-password"
              minLength={12}
              hint="At least 12 characters. Several words are easy to remember."
            />
          </Form>
          <p>
            <Link href="/forgot-password/">Ask for a new link</Link>
          </p>
        </>
      )}
    </Page>
  )
}
