import { TextField } from '../../view/parts/form-fields.tsx'
import { UploadField } from '../../view/parts/upload-field.tsx'
import { unavailableWords, type Writing } from './lesson-words.ts'

type Resource = Writing['lesson']['resources'][number]

/** Files to take along and pages elsewhere. */
export function Papers({ uploadKey, lesson: { resources }, put }: Writing) {
  const change = (at: number, to: Partial<Resource>) =>
    put({ resources: resources.map((each, index) => (index === at ? { ...each, ...to } : each)) })
  const add = (resource: Resource) => put({ resources: [...resources, resource] })
  return (
    <>
      {resources.length === 0 && <p class="quiet">Nothing yet.</p>}
      {resources.map((resource, at) => (
        <div key={resource.fileId ?? `link ${at}`} class="part">
          <div class="fields">
            <TextField
              label="Title"
              value={resource.title}
              maxLength={200}
              isRequired
              onInput={(title) => change(at, { title })}
            />
            {resource.fileId === null && (
              <TextField
                label="Address"
                type="url"
                help="Begins with https://."
                value={resource.url}
                maxLength={2_000}
                isRequired
                onInput={(url) => change(at, { url })}
              />
            )}
          </div>
          {resource.unavailable !== null && <p role="status">{unavailableWords[resource.unavailable]}</p>}
          <div>
            <button
              type="button"
              onClick={() => put({ resources: resources.filter((_, index) => index !== at) })}
            >
              {`Remove ${resource.title || 'it'}`}
            </button>
          </div>
        </div>
      ))}
      <UploadField
        label="Upload a paper"
        uploadKey={`${uploadKey} paper`}
        category="document"
        accept=".pdf,.docx,.xlsx,.pptx,.odt,.txt,.csv,.jpg,.jpeg,.png,.webp"
        help="PDF, Office, text or a picture, up to 50 MB."
        onUploaded={(fileId, { name, type }) =>
          add({
            title: name.replace(/\.[^.]+$/, '').slice(0, 200),
            url: '',
            type: type === 'application/pdf' ? 'pdf' : 'download',
            fileId,
            unavailable: null,
          })
        }
      />
      <div>
        <button
          type="button"
          onClick={() => add({ title: '', url: '', type: 'link', fileId: null, unavailable: null })}
        >
          Add a link
        </button>
      </div>
    </>
  )
}
