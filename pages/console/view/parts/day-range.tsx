import { useState } from 'preact/hooks'
import { TextField } from './form-fields.tsx'

export interface Days {
  /** As `2026-03-01`; empty: from the first. */
  readonly since: string
  /** The last day, itself included; empty: up to now. */
  readonly until: string
}

/** A first and a last day, taken when somebody says so: a look may be recorded. */
export function DayRange({ days, onChange }: { days: Days; onChange: (days: Days) => void }) {
  const [changed, setChanged] = useState<Days | null>(null)
  const typed = changed ?? days
  const isBackwards = typed.since !== '' && typed.until !== '' && typed.since > typed.until
  return (
    <form
      class="filters"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isBackwards) onChange(typed)
      }}
    >
      <TextField
        label="First day"
        type="date"
        value={typed.since}
        onInput={(since) => setChanged({ ...typed, since })}
      />
      <TextField
        label="Last day"
        type="date"
        value={typed.until}
        onInput={(until) => setChanged({ ...typed, until })}
      />
      <button type="submit">Show these days</button>
      {isBackwards && (
        <p role="alert" class="problem">
          The first day is after the last.
        </p>
      )}
    </form>
  )
}
