'use client'

import Link from 'next/link'
import { Choices, Field, Select, TextField } from '@/components/form'
import { Page } from '@/components/page'
import { PublicForm } from '@/components/public-form'
import { good } from '@/lib/answers'
import { useAuth } from '@/lib/auth'

const services = [
  ['housing', 'Housing'],
  ['job-readiness', 'Work'],
  ['education', 'Education'],
  ['health', 'Health'],
] as const
const urgencies = [
  ['normal', 'Normal'],
  ['low', 'It can wait'],
  ['high', 'Urgent'],
] as const

export default function Referral() {
  const { client } = useAuth()
  return (
    <Page title="Refer somebody">
      <PublicForm
        send={async (typed, all, { asPerson, header }) => {
          const answer = await good(
            client.api.v1.forms.referral.$post({
              header,
              json: {
                relationship: 'agency',
                referrer: {
                  name: typed.referrerName ?? '',
                  email: typed.referrerEmail ?? '',
                  phone: typed.referrerPhone ?? '',
                  organization: typed.organization ?? '',
                },
                participant: { name: typed.name ?? '', contact: typed.contact ?? '' },
                services: all.getAll('services').map(String),
                urgency: urgencies.find(([value]) => value === typed.urgency)?.[0] ?? 'normal',
                notes: typed.notes ?? '',
                attachments: [],
                ...asPerson,
              },
            }),
          )
          const { message, trackingNumber, receiptCode } = await answer.json()
          return (
            <>
              <p>{message}</p>
              <p>
                Keep both: with them you see <Link href="/referral-status/">how far it is</Link>.
              </p>
              <dl>
                <dt>Tracking number</dt>
                <dd>{trackingNumber}</dd>
                <dt>Receipt code</dt>
                <dd>{receiptCode}</dd>
              </dl>
            </>
          )
        }}
      >
        <h2>You</h2>
        <Field name="referrerName" label="Your name" autoComplete="name" minLength={2} />
        <Field name="organization" label="Organization" autoComplete="organization" />
        <Field name="referrerEmail" label="Your e-mail address" type="email" autoComplete="email" />
        <Field name="referrerPhone" label="Your phone" type="tel" autoComplete="tel" />
        <h2>The person</h2>
        <Field name="name" label="Name of the person" autoComplete="off" minLength={2} />
        <Field name="contact" label="E-mail address or phone of the person" autoComplete="off" />
        <Choices name="services" label="What they need" choices={services} />
        <Select name="urgency" label="How urgent it is" choices={urgencies} />
        <TextField name="notes" label="What else we should know" required={false} />
      </PublicForm>
    </Page>
  )
}
