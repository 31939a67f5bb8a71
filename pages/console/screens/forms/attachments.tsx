import { useSignal } from '@preact/signals'
import { fetchFile, saveFile } from '../../../../src/client/fetch-file.ts'
import { hereOf } from '../../../base/api/addresses.ts'
import { ask, isProblem, refusal, unreachable } from '../../../base/api/ask.ts'
import { client, v1 } from '../../../base/api/client.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { tell } from '../../../base/state/notices.ts'
import { sizeOf } from '../../../base/text/sizes.ts'
import { useAsked } from '../../state/asked.ts'
import { Section, Tag } from '../../view/parts/fields.tsx'

function Attachment({ id }: { id: string }) {
  const { load, value, again } = useAsked(id, () => ask(v1.files[':id'].$get({ param: { id } })))
  const isComing = useSignal(false)
  const save = async () => {
    if (isComing.value) return
    isComing.value = true
    const fetched = await fetchFile(client, id, { addressOf: hereOf, maxFailures: 3 })
    isComing.value = false
    if (fetched.ok) return saveFile(fetched.file)
    const { message } = fetched.error ? refusal(0, fetched.error) : unreachable
    tell(message, { isProblem: true, retry: () => loosely(save) })
  }
  if (isProblem(load))
    return (
      <li class="row wrap">
        <span class="grow">{load.status === 404 ? 'A file that is gone.' : load.message}</span>
        {load.status !== 404 && (
          <button type="button" onClick={again}>
            Try again
          </button>
        )}
      </li>
    )
  if (!value) return <li class="quiet">Loading…</li>
  const { fileName, size, state } = value
  return (
    <li class="row wrap">
      <span class="grow">
        <bdi>{fileName}</bdi> <span class="quiet small">{sizeOf(size)}</span>
      </span>
      {state === 'available' && <Tag look="good">Scanned</Tag>}
      {state === 'pending' && (
        <>
          <Tag look="warn">Is being scanned</Tag>
          <button type="button" onClick={again}>
            Look again
          </button>
        </>
      )}
      {state === 'rejected' && <Tag look="bad">Harmful: nobody gets it</Tag>}
      {state === 'available' && (
        <button
          type="button"
          aria-label={`Download ${fileName}`}
          aria-disabled={isComing.value}
          onClick={() => loosely(save)}
        >
          {isComing.value ? 'One moment…' : 'Download'}
        </button>
      )}
    </li>
  )
}

/** What came with the form. Nobody gets a file before it was scanned. */
export function Attachments({ ids }: { ids: readonly string[] }) {
  return (
    <Section title="Attachments">
      <ul class="notes">
        {ids.map((id) => (
          <Attachment key={id} id={id} />
        ))}
      </ul>
    </Section>
  )
}
