'use client'

import { Field, TextField } from '@/components/form'
import { Page } from '@/components/page'
import { PublicForm } from '@/components/public-form'
import { good } from '@/lib/answers'
import { useAuth } from '@/lib/auth'

export default function Contact() {
  const { client } = useAuth()
  return (
    <Page title="Write to us">
      <PublicForm
        send={async (
          { name = '', email = '', phone = '', subject = '', message = '' },
          _,
          { asPerson, header },
        ) => {
          const json = { name, email, phone, subject, message, ...asPerson }
          return (await (await good(client.api.v1.forms.contact.$post({ header, json }))).json()).message
        }}
      >
        <Field name="name" label="Name" autoComplete="name" minLength={2} />
        <Field name="email" label="E-mail address" type="email" autoComplete="email" />
        <Field name="phone" label="Phone" type="tel" autoComplete="tel" required={false} />
        <Field name="subject" label="What it is about" minLength={3} maxLength={200} />
        <TextField name="message" label="Message" />
      </PublicForm>
    </Page>
  )
}
