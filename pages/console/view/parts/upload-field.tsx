import { useId } from 'preact/hooks'
import type { UploadCategory } from '../../../../src/client/upload-file.ts'
import { endUpload, upload, uploads } from '../../state/uploads.ts'

/** Chooses one file and sends it, with how far it is. What was cut goes on where it was. */
export function UploadField({
  label,
  help,
  uploadKey,
  category,
  accept,
  onUploaded,
}: {
  label: string
  help?: string
  /** Names what the file is for: what is on its way is found again under it. */
  uploadKey: string
  category: UploadCategory
  accept: string
  onUploaded: (fileId: string, file: File) => void
}) {
  const id = useId()
  const now = uploads.value.get(uploadKey)
  const begin = (file: File) => upload(uploadKey, file, category, (fileId) => onUploaded(fileId, file))
  const percent = Math.floor((now?.progress ?? 0) * 100)
  return (
    <div class="field upload">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="file"
        accept={accept}
        aria-describedby={help ? `${id}h` : undefined}
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? []
          if (file) begin(file)
          currentTarget.value = ''
        }}
      />
      {help && (
        <span id={`${id}h`} class="help">
          {help}
        </span>
      )}
      {now && !now.problem && (
        <div class="row">
          <progress aria-label={`${label}: so far`} value={percent} max={100} />
          <span class="small">{`${percent} %`}</span>
          <button type="button" onClick={() => endUpload(uploadKey)}>
            Cancel the upload
          </button>
        </div>
      )}
      {now?.problem && (
        <div class="row" role="alert">
          <span class="problem grow">{now.problem.message}</span>
          <button type="button" onClick={() => begin(now.file)}>
            Go on
          </button>
          <button type="button" onClick={() => endUpload(uploadKey)}>
            Leave it
          </button>
        </div>
      )}
    </div>
  )
}
