import type { ComponentChildren, Ref } from 'preact'
import { useId } from 'preact/hooks'
import { momentOf } from '../../../base/text/times.ts'

/** One choice of a few. `''` is none. */
export function Choice<T extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  label: string
  value: T
  choices: readonly (readonly [T, string])[]
  onChange: (value: T) => void
}) {
  return (
    <label class="field">
      {label}
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value as T)}>
        {choices.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </label>
  )
}

/** A search that is asked for by Enter or its button, never at each letter: each look is recorded. */
export function SearchField({
  label,
  help,
  value = '',
  onSearch,
}: {
  label: string
  help?: string
  /** What is looked for now. */
  value?: string
  onSearch: (text: string) => void
}) {
  const id = useId()
  return (
    <form
      class="field search"
      onSubmit={(event) => {
        event.preventDefault()
        onSearch(String(new FormData(event.currentTarget).get('q') ?? '').trim())
      }}
    >
      <label for={id}>{label}</label>
      <div class="row">
        <input
          id={id}
          name="q"
          type="search"
          defaultValue={value}
          autocomplete="off"
          aria-describedby={help ? `${id}h` : undefined}
        />
        <button type="submit">Search</button>
      </div>
      {help && (
        <span id={`${id}h`} class="help">
          {help}
        </span>
      )}
    </form>
  )
}

/** What is known of something, name by name. */
export function Facts({ facts }: { facts: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

export function Section({
  title,
  head,
  children,
}: {
  title: string
  /** Where the focus goes when what had it is gone. */
  head?: Ref<HTMLHeadingElement>
  children: ComponentChildren
}) {
  const id = useId()
  return (
    <section class="section" aria-labelledby={id}>
      <h2 id={id} ref={head ?? null} tabIndex={-1}>
        {title}
      </h2>
      {children}
    </section>
  )
}

/** A word on the state of something; the color only repeats it. */
export function Tag({
  children,
  look = 'plain',
}: {
  children: string
  look?: 'plain' | 'good' | 'warn' | 'bad'
}) {
  return <span class={`tag ${look}`}>{children}</span>
}

/** A moment, to the minute. */
export function Moment({ at }: { at: string }) {
  return <time dateTime={at}>{momentOf(at)}</time>
}
