'use client'

import { useState } from 'react'
import { Form } from '@/components/form'
import { OwnPage, Page } from '@/components/page'
import { StepUpField, stepUp } from '@/components/step-up'
import { good } from '@/lib/answers'
import { useAuth } from '@/lib/auth'

export default function DeleteAccount() {
  const { client, logout } = useAuth()
  const [isDone, setIsDone] = useState(false)
  if (isDone)
    return (
      <Page title="Deletion of your account">
        <p role="status" className="done">
          Your account is locked. We sent you a mail with a link: it shows how far the deletion is, and until
          it begins you can cancel it there.
        </p>
      </Page>
    )
  return (
    <OwnPage title="Deletion of your account">
      {() => (
        <Form
          button="Delete my account"
          isDangerous
          send={async ({ proof }) => {
            await stepUp(client, proof)
            await good(client.api.v1.users.me.$delete({ query: {} }))
            setIsDone(true)
            await logout()
          }}
        >
          <p>
            You are signed out everywhere at once, and after some days everything is erased. Until then you
            can cancel it by a link that we send you. Get your data first, if you want to keep it.
          </p>
          <StepUpField />
        </Form>
      )}
    </OwnPage>
  )
}
