import type { ComponentType } from 'preact'
import { useId, useState } from 'preact/hooks'
import { loosely } from '../../../base/state/loosely.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'

type Preview = ComponentType<{ text: string }>

/** Markdown, and how it looks. The part that shows it comes when it is asked for. */
export function MarkdownField({
  label,
  value,
  maxLength,
  onInput,
}: {
  label: string
  value: string
  maxLength: number
  onInput: (value: string) => void
}) {
  const id = useId()
  const [isShown, setShown] = useState(false)
  const [loaded, setLoaded] = useState<{ readonly Preview: Preview } | null>(null)
  const [hasFailed, setFailed] = useState(false)
  const load = async () => {
    setFailed(false)
    try {
      const { MarkdownPreview } = await import('./markdown-preview.tsx')
      setLoaded({ Preview: MarkdownPreview })
    } catch {
      setFailed(true)
    }
  }
  return (
    <div class="field markdown">
      <div class="row">
        <label for={id} class="grow">
          {label}
        </label>
        <button
          type="button"
          aria-expanded={isShown}
          aria-controls={`${id}p`}
          onClick={() => {
            setShown(!isShown)
            if (!loaded) loosely(load)
          }}
        >
          {isShown ? 'Hide the preview' : 'Show the preview'}
        </button>
      </div>
      <div class={isShown ? 'side-by-side' : undefined}>
        <textarea
          id={id}
          rows={14}
          value={value}
          maxLength={maxLength}
          aria-describedby={`${id}h`}
          onInput={({ currentTarget }) => onInput(currentTarget.value)}
        />
        <section id={`${id}p`} class="preview" aria-label="Preview" hidden={!isShown}>
          {loaded ? (
            <loaded.Preview text={value} />
          ) : hasFailed ? (
            <Failed
              problem={{ kind: 'unreachable', message: 'The preview could not be loaded.' }}
              retry={() => loosely(load)}
            />
          ) : (
            isShown && <Loading of="the preview" />
          )}
        </section>
      </div>
      <span id={`${id}h`} class="help">
        Markdown: # headings, **bold**, - lists, [words](https://address). HTML is not shown.
      </span>
    </div>
  )
}
