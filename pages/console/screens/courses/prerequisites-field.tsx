import { useSignal } from '@preact/signals'
import { ask, isProblem } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { Failed } from '../../../base/view/loading.tsx'
import { useAsked } from '../../state/asked.ts'
import { Choice } from '../../view/parts/fields.tsx'

type Named = { readonly id: string; readonly title: string }

/** Published courses that have to be completed first. */
export function PrerequisitesField({
  chosen,
  onChange,
}: {
  chosen: readonly Named[]
  onChange: (chosen: readonly Named[]) => void
}) {
  const picked = useSignal('')
  const catalog = useAsked('catalog', () => ask(v1.courses.$get({ query: { limit: '100', sort: 'title' } })))
  const others = (catalog.value?.items ?? []).filter(({ id }) => !chosen.some((each) => each.id === id))
  return (
    <fieldset>
      <legend>To be completed before this one is begun</legend>
      {chosen.length === 0 && <p class="quiet">Nothing.</p>}
      <ul class="lines">
        {chosen.map((course) => (
          <li key={course.id} class="row">
            <span class="grow">{course.title}</span>
            <button type="button" onClick={() => onChange(chosen.filter(({ id }) => id !== course.id))}>
              {`Remove ${course.title}`}
            </button>
          </li>
        ))}
      </ul>
      {isProblem(catalog.load) && <Failed problem={catalog.load} retry={catalog.again} />}
      {others.length > 0 && (
        <div class="filters">
          <Choice
            label="Course"
            value={picked.value}
            choices={[['', 'Choose one'], ...others.map(({ id, title }) => [id, title] as const)]}
            onChange={(id) => {
              picked.value = id
            }}
          />
          <button
            type="button"
            aria-disabled={picked.value === ''}
            onClick={() => {
              const course = others.find(({ id }) => id === picked.peek())
              if (course) onChange([...chosen, { id: course.id, title: course.title }])
              picked.value = ''
            }}
          >
            Add it
          </button>
        </div>
      )}
    </fieldset>
  )
}
