'use client'

import { Field, Form } from '@/components/form'
import { Page } from '@/components/page'
import { good } from '@/lib/answers'
import { useAuth } from '@/lib/auth'

export default function ForgotPassword() {
  const { client } = useAuth()
  return (
    <Page title="Ask for a new password">
      <Form
        button="Send the link"
        send={async ({ email = '' }) =>
          (await (await good(client.api.v1.auth['forgot-password'].$post({ json: { email } }))).json())
            .message
        }
      >
        <p>We send you a link. It works for 15 minutes.</p>
        <Field name="email" label="E-mail address" type="email" autoComplete="username" />
      </Form>
    </Page>
  )
}
