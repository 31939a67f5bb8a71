import { Icon } from '../../../base/view/icon.tsx'
import { detach, retryUpload, type Upload } from '../../state/uploads.ts'
import { endingOf } from '../../text/files.ts'

/** What is attached: how far it has come, or why not. */
export function Chips({ draftKey, uploads }: { draftKey: string; uploads: readonly Upload[] }) {
  if (uploads.length === 0) return null
  return (
    <ul class="chips" aria-label="Attachments">
      {uploads.map((upload) => {
        const { key, name, progress, outcome } = upload
        const problem = outcome && 'problem' in outcome ? outcome.problem : null
        return (
          <li key={key} class={problem ? 'chip refused' : 'chip'}>
            <span class="ending" aria-hidden="true">
              {endingOf(name)}
            </span>
            <span class="grow">
              <bdi class="one-line">{name}</bdi>
              {outcome === null && <progress value={progress} aria-label={`Uploading ${name}`} />}
              {problem && (
                <span class="problem small" role="alert">
                  {problem.message}
                </span>
              )}
            </span>
            {problem && (
              <button type="button" onClick={() => retryUpload(draftKey, upload)}>
                Try again
              </button>
            )}
            <button
              type="button"
              class="round plain"
              aria-label={`Remove ${name}`}
              onClick={() => detach(draftKey, key)}
            >
              <Icon name="close" />
            </button>
          </li>
        )
      })}
    </ul>
  )
}
