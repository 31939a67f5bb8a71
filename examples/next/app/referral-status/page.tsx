'use client'

import { useState } from 'react'
import { Field, Form } from '@/components/form'
import { Page } from '@/components/page'
import { good } from '@/lib/answers'
import { useAuth } from '@/lib/auth'

const states = {
  pending: 'Nobody has looked at it yet',
  reviewed: 'Somebody is working on it',
  resolved: 'Done',
  withdrawn: 'Withdrawn',
}

export default function ReferralStatus() {
  const { client } = useAuth()
  const [shown, setShown] = useState<{ number: string; state: keyof typeof states; due: string } | null>(null)
  return (
    <Page title="How far a referral is">
      <Form
        button="Show it"
        send={async ({ trackingNumber = '', code = '' }) => {
          setShown(null)
          const form = await (
            await good(
              client.api.v1.forms.status[':trackingNumber'].$get({
                param: { trackingNumber },
                header: { 'x-receipt-code': encodeURIComponent(code) },
              }),
            )
          ).json()
          setShown({ number: form.trackingNumber, state: form.status, due: form.dueAt })
        }}
      >
        <p>Both were shown when the referral was sent.</p>
        <Field
          name="trackingNumber"
          label="Tracking number"
          autoComplete="off"
          placeholder="REF-2026-000125"
        />
        <Field name="code" label="Receipt code" autoComplete="off" />
      </Form>
      <p role="status" className="done" hidden={shown === null}>
        {shown === null ? '' : `${shown.number}: ${states[shown.state]}.`}
        {shown?.state === 'pending' ? ` Somebody will by ${new Date(shown.due).toLocaleString('en')}.` : ''}
      </p>
    </Page>
  )
}
