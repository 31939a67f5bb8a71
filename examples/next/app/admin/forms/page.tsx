'use client'

import { Form, Select, TextField } from '@/components/form'
import { OwnPage, Shown } from '@/components/page'
import { good } from '@/lib/answers'
import { useAuth } from '@/lib/auth'
import { useLastPart } from '@/lib/use-last-part'
import { useLoaded } from '@/lib/use-loaded'

const states = [
  ['pending', 'Nobody has looked at it'],
  ['reviewed', 'In work'],
  ['resolved', 'Done'],
] as const

/** What mails to staff lead to: `/admin/forms/{id}`, and the list. */
export default function StaffForms() {
  const id = useLastPart('/admin/forms')
  return (
    <OwnPage title={id ? 'A form' : 'Forms'}>
      {() => (id === null ? null : id === '' ? <FormList /> : <OneForm id={id} />)}
    </OwnPage>
  )
}

function FormList() {
  const forms = useLoaded('forms', async ({ api }) => {
    const page = await (await good(api.v1.forms.$get({ query: {} }))).json()
    if (typeof page === 'string') throw new Error('CSV comes to whoever asks for it')
    return page
  })
  return (
    <Shown loaded={forms}>
      {({ items }) =>
        items.length === 0 ? (
          <p>There is none.</p>
        ) : (
          <ul>
            {items.map(({ id, type, status, submittedAt }) => (
              <li key={id}>
                {/* Not a page of the build, so that the host has to be asked for it. */}
                <a href={`/admin/forms/${id}`}>{new Date(submittedAt).toLocaleString('en')}</a> {type},{' '}
                {status}
              </li>
            ))}
          </ul>
        )
      }
    </Shown>
  )
}

function OneForm({ id }: { id: string }) {
  const { client } = useAuth()
  const ofId = client.api.v1.forms[':id']
  const loaded = useLoaded(id, async () => (await good(ofId.$get({ param: { id } }))).json())
  return (
    <Shown loaded={loaded}>
      {({ type, status, submittedAt, dueAt, form, notes }) => (
        <>
          <p className="quiet">
            {type}, {status}, sent {new Date(submittedAt).toLocaleString('en')}
            {dueAt ? `, due ${new Date(dueAt).toLocaleString('en')}` : ''}
          </p>
          <Written what={form} />
          <h2>Notes</h2>
          <ul>
            {notes.map(({ text, at }) => (
              <li key={at}>{text}</li>
            ))}
          </ul>
          <Form
            button="Save"
            send={async ({ status: chosen, note = '' }) => {
              const next = states.find(([value]) => value === chosen)?.[0]
              await good(
                ofId.$patch({
                  param: { id },
                  json: {
                    ...(next && next !== status ? { status: next } : {}),
                    ...(note === '' ? {} : { notes: note }),
                  },
                }),
              )
              loaded.reload()
              return 'Saved.'
            }}
          >
            <Select name="status" label="State" choices={states} chosen={status} />
            <TextField name="note" label="Note" required={false} />
          </Form>
        </>
      )}
    </Shown>
  )
}

/** Whatever a form has, as it was written. */
function Written({ what }: { what: unknown }) {
  if (what === null || typeof what !== 'object') return String(what)
  return (
    <dl>
      {Object.entries(what).map(([name, value]) =>
        value === '' || value === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Written what={value} />
            </dd>
          </div>
        ),
      )}
    </dl>
  )
}
