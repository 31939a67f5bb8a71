'use client'

import { Form, TextField } from '@/components/form'
import { OwnPage, Shown } from '@/components/page'
import { StepUpField, stepUp } from '@/components/step-up'
import { good } from '@/lib/answers'
import { useAuth } from '@/lib/auth'
import { useLastPart } from '@/lib/use-last-part'
import { useLoaded } from '@/lib/use-loaded'

/** What mails to staff about a reported message lead to: `/admin/reports/{id}`, and the list. */
export default function StaffReports() {
  const id = useLastPart('/admin/reports')
  return (
    <OwnPage title={id ? 'A reported message' : 'Reported messages'}>
      {() => (id === null ? null : id === '' ? <ReportList /> : <OneReport id={id} />)}
    </OwnPage>
  )
}

function ReportList() {
  const reports = useLoaded('reports', async ({ api }) =>
    (await good(api.v1.reports.$get({ query: {} }))).json(),
  )
  return (
    <Shown loaded={reports}>
      {({ items }) =>
        items.length === 0 ? (
          <p>There is none.</p>
        ) : (
          <ul>
            {items.map(({ id, reason, status, createdAt }) => (
              <li key={id}>
                <a href={`/admin/reports/${id}`}>{new Date(createdAt).toLocaleString('en')}</a> {reason},{' '}
                {status}
              </li>
            ))}
          </ul>
        )
      }
    </Shown>
  )
}

function OneReport({ id }: { id: string }) {
  const { client } = useAuth()
  const ofId = client.api.v1.reports[':id']
  const loaded = useLoaded(id, async () => (await good(ofId.$get({ param: { id } }))).json())
  return (
    <Shown loaded={loaded}>
      {({ reason, status, message, note }) => (
        <>
          <p className="quiet">
            {reason}, {status}
          </p>
          <blockquote className="written">{message?.text}</blockquote>
          {note ? <p>{note}</p> : null}
          {status === 'resolved' ? null : (
            <Form
              button="Remove the message"
              isDangerous
              send={async ({ proof, text = '' }) => {
                await stepUp(client, proof)
                const json = {
                  status: 'resolved' as const,
                  resolution: 'upheld' as const,
                  action: 'remove_message' as const,
                  ...(text === '' ? {} : { note: text }),
                }
                await good(ofId.$patch({ param: { id }, json }))
                loaded.reload()
              }}
            >
              <TextField name="text" label="Note for staff" required={false} />
              <StepUpField />
            </Form>
          )}
        </>
      )}
    </Shown>
  )
}
