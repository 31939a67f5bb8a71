'use client'

import { useState } from 'react'
import { Form } from '@/components/form'
import { OwnPage } from '@/components/page'
import { StepUpField, stepUp } from '@/components/step-up'
import { good } from '@/lib/answers'
import { useAuth } from '@/lib/auth'

export default function DataExport() {
  return <OwnPage title="Get your data">{() => <Export />}</OwnPage>
}

function Export() {
  const { client } = useAuth()
  const [url, setUrl] = useState<string | null>(null)
  return url === null ? (
    <Form
      button="Get my data"
      send={async ({ proof }) => {
        await stepUp(client, proof)
        const view = await (await good(client.api.v1.users.me['data-export'].$get())).json()
        if (view.status === 'ready') setUrl(view.url)
        else return 'Your data is being put together. We send you a mail when it is ready.'
      }}
    >
      <p>Everything that we hold about you, as a ZIP: your files, and a page to read.</p>
      <StepUpField />
    </Form>
  ) : (
    <p role="status" className="done">
      Your data is ready. The link works for 5 minutes.{' '}
      <a href={url} rel="noreferrer">
        Download my data (ZIP)
      </a>
    </p>
  )
}
