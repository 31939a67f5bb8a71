import { Choice } from '../../view/parts/fields.tsx'
import { TextField } from '../../view/parts/form-fields.tsx'
import { UploadField } from '../../view/parts/upload-field.tsx'
import { unavailableWords, type Writing } from './lesson-words.ts'

type Caption = Writing['lesson']['captions'][number]

/** What is heard, to read under the video. */
export function Captions({ uploadKey, lesson: { captions }, put }: Writing) {
  const change = (fileId: string, to: Partial<Caption>) =>
    put({ captions: captions.map((each) => (each.fileId === fileId ? { ...each, ...to } : each)) })
  return (
    <fieldset>
      <legend>Captions</legend>
      {captions.map(({ fileId, language, label, kind, unavailable }) => (
        <div key={fileId} class="part">
          <div class="fields">
            <TextField
              label="Language"
              help="Such as en or es-MX."
              value={language}
              maxLength={35}
              isRequired
              onInput={(text) => change(fileId, { language: text })}
            />
            <TextField
              label="As players show it"
              value={label}
              maxLength={100}
              onInput={(text) => change(fileId, { label: text })}
            />
            <Choice
              label="Kind"
              value={kind}
              choices={[
                ['captions', 'Captions: also what is heard besides speech'],
                ['subtitles', 'Subtitles: what is said'],
              ]}
              onChange={(chosen) => change(fileId, { kind: chosen })}
            />
          </div>
          {unavailable !== null && <p role="status">{unavailableWords[unavailable]}</p>}
          <div>
            <button
              type="button"
              onClick={() => put({ captions: captions.filter((each) => each.fileId !== fileId) })}
            >
              {`Remove the captions in ${label || language || 'this language'}`}
            </button>
          </div>
        </div>
      ))}
      <UploadField
        label="Upload captions"
        uploadKey={`${uploadKey} captions`}
        category="document"
        accept=".vtt,text/vtt"
        help="A WebVTT file (.vtt)."
        onUploaded={(fileId) =>
          put({
            captions: [
              ...captions,
              { fileId, language: 'en', label: '', kind: 'captions', url: null, unavailable: null },
            ],
          })
        }
      />
    </fieldset>
  )
}
