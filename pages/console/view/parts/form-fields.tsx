import type { ComponentChildren } from 'preact'
import { useId, useState } from 'preact/hooks'
import { loosely } from '../../../base/state/loosely.ts'

interface Field {
  readonly label: string
  readonly help?: string | undefined
  readonly isRequired?: boolean
}

const Help = ({ id, children }: { id: string; children: string | undefined }) =>
  children === undefined ? null : (
    <span id={id} class="help">
      {children}
    </span>
  )

export function TextField({
  label,
  help,
  isRequired = false,
  value,
  onInput,
  type = 'text',
  maxLength,
}: Field & {
  value: string
  onInput: (value: string) => void
  type?: 'text' | 'url' | 'date'
  maxLength?: number
}) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        // Its attributes differ by type; what is set here is the same for all three.
        type={type as 'text'}
        value={value}
        maxLength={maxLength}
        required={isRequired}
        autocomplete="off"
        aria-describedby={help === undefined ? undefined : `${id}h`}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
      <Help id={`${id}h`}>{help}</Help>
    </div>
  )
}

export function LongTextField({
  label,
  help,
  isRequired = false,
  value,
  onInput,
  rows = 4,
  maxLength,
}: Field & { value: string; onInput: (value: string) => void; rows?: number; maxLength?: number }) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        rows={rows}
        value={value}
        maxLength={maxLength}
        required={isRequired}
        aria-describedby={help === undefined ? undefined : `${id}h`}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
      <Help id={`${id}h`}>{help}</Help>
    </div>
  )
}

/** A whole number, or none where that is allowed. */
export function NumberField({
  label,
  help,
  isRequired = true,
  value,
  min,
  max,
  step = 1,
  onInput,
}: Field & {
  value: number | null
  min?: number
  max?: number
  step?: number | 'any'
  onInput: (value: number | null) => void
}) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        inputMode={step === 1 ? 'numeric' : 'decimal'}
        value={value ?? ''}
        min={min}
        max={max}
        step={step}
        required={isRequired}
        aria-describedby={help === undefined ? undefined : `${id}h`}
        onInput={({ currentTarget }) =>
          onInput(currentTarget.value === '' ? null : currentTarget.valueAsNumber)
        }
      />
      <Help id={`${id}h`}>{help}</Help>
    </div>
  )
}

export function CheckField({
  label,
  help,
  value,
  onChange,
}: Field & { value: boolean; onChange: (value: boolean) => void }) {
  const id = useId()
  return (
    <div>
      <label class="check">
        <input
          type="checkbox"
          checked={value}
          aria-describedby={help === undefined ? undefined : `${id}h`}
          onChange={({ currentTarget }) => onChange(currentTarget.checked)}
        />
        <span>{label}</span>
      </label>
      <Help id={`${id}h`}>{help}</Help>
    </div>
  )
}

/** Fields and the button that saves them. What was typed stays where it did not work. */
export function SaveForm({
  action,
  save,
  isUnchanged = false,
  children,
}: {
  action: string
  save: () => Promise<unknown>
  /** There is nothing to save. */
  isUnchanged?: boolean
  children: ComponentChildren
}) {
  const [isSending, setSending] = useState(false)
  const submit = async () => {
    if (isSending || isUnchanged) return
    setSending(true)
    try {
      await save()
    } finally {
      setSending(false)
    }
  }
  return (
    <form
      class="save-form"
      onSubmit={(event) => {
        event.preventDefault()
        loosely(submit)
      }}
    >
      {children}
      <div class="row end">
        {isUnchanged && <span class="quiet small grow">Nothing is changed.</span>}
        <button type="submit" class="primary" aria-disabled={isSending || isUnchanged}>
          {isSending ? 'One moment…' : action}
        </button>
      </div>
    </form>
  )
}
