'use client'

import { Choices, Field, TextField } from '@/components/form'
import { Page } from '@/components/page'
import { PublicForm } from '@/components/public-form'
import { good } from '@/lib/answers'
import { useAuth } from '@/lib/auth'

const interests = [
  ['job-readiness', 'Getting ready for work'],
  ['education', 'Education'],
  ['life-skills', 'Everyday life'],
  ['tech', 'Computers'],
] as const

export default function Interest() {
  const { client } = useAuth()
  return (
    <Page title="Take part">
      <PublicForm
        send={async ({ name = '', email = '', phone = '', availability = '', notes = '' }, all, sending) => {
          const json = {
            name,
            email,
            phone,
            interests: all.getAll('interests').map(String),
            availability,
            notes,
            ...sending.asPerson,
          }
          const { header } = sending
          return (await (await good(client.api.v1.forms.interest.$post({ header, json }))).json()).message
        }}
      >
        <Field name="name" label="Name" autoComplete="name" minLength={2} />
        <Field name="email" label="E-mail address" type="email" autoComplete="email" />
        <Field name="phone" label="Phone" type="tel" autoComplete="tel" required={false} />
        <Choices name="interests" label="What you are interested in" choices={interests} />
        <Field name="availability" label="When you have time" hint="Such as: weekday evenings" />
        <TextField name="notes" label="What else we should know" required={false} />
      </PublicForm>
    </Page>
  )
}
