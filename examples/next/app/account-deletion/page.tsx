'use client'

import { Form } from '@/components/form'
import { Page, Shown } from '@/components/page'
import { good } from '@/lib/answers'
import { useAuth } from '@/lib/auth'
import { useLoaded } from '@/lib/use-loaded'
import { useToken } from '@/lib/use-query'

const day = (time: string) => new Date(time).toLocaleDateString('en', { dateStyle: 'long' })

/** What the link in the mail about a deletion leads to. Nobody is signed in here. */
export default function AccountDeletion() {
  const { client } = useAuth()
  const receipt = useToken()
  const ofReceipt = client.api.v1.deletions[':receipt']
  const param = { receipt: receipt ?? '' }
  const deletion = useLoaded(receipt || null, async () => (await good(ofReceipt.$get({ param }))).json())
  if (receipt === null) return null
  return (
    <Page title="Deletion of an account">
      {receipt === '' ? (
        <p>Open the link in the mail once more.</p>
      ) : (
        <Shown loaded={deletion}>
          {({ state, message, requestedAt, eraseAfter, finishedAt, kept }) => (
            <>
              <p role="status">{message}</p>
              <dl>
                <dt>Asked for</dt>
                <dd>{day(requestedAt)}</dd>
                <dt>{finishedAt === null ? 'Erased from' : 'Erased'}</dt>
                <dd>{day(finishedAt ?? eraseAfter)}</dd>
              </dl>
              {kept.length > 0 ? (
                <>
                  <h2>What has to be kept</h2>
                  <ul>
                    {kept.map(({ what, rule }) => (
                      <li key={what}>
                        {what} {rule}
                      </li>
                    ))}
                  </ul>
                </>
              ) : null}
              {state === 'scheduled' || state === 'on_hold' ? (
                <Form
                  button="Cancel the deletion"
                  send={async () => {
                    await good(ofReceipt.cancel.$post({ param }))
                    deletion.reload()
                  }}
                />
              ) : null}
            </>
          )}
        </Shown>
      )}
    </Page>
  )
}
