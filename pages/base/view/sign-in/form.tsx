import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { signInNote } from '../../state/session.ts'

/** A form that says what went wrong, and cannot be sent twice at once. */
export function SignInForm({
  lead,
  action,
  submit,
  children,
}: {
  lead: string
  action: string
  /** Answers the words of what went wrong, or nothing. */
  submit: (fields: FormData) => Promise<string | undefined>
  children: ComponentChildren
}) {
  const [isSending, setSending] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  // Before anybody sees it: later it would take the focus from a field that somebody types in already.
  useLayoutEffect(() => {
    const fields = [...(form.current?.querySelectorAll('input') ?? [])]
    const first = fields.find(({ value }) => value === '') ?? fields[0]
    first?.focus()
  }, [])
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (isSending || !form.current) return
    signInNote.value = ''
    setSending(true)
    const problem = await submit(new FormData(form.current))
    setSending(false)
    if (problem) signInNote.value = problem
  }
  return (
    <form ref={form} onSubmit={onSubmit} aria-label={action}>
      <p class="quiet">{lead}</p>
      {children}
      <p class="problem" role="alert">
        {signInNote.value}
      </p>
      <button type="submit" class="primary" aria-disabled={isSending}>
        {isSending ? 'One moment…' : action}
      </button>
    </form>
  )
}

export function Field({
  label,
  help,
  value,
  ...input
}: {
  label: string
  help?: string
  value?: string
  name: string
  type?: 'text' | 'email' | 'password'
  autocomplete?: string
  inputMode?: 'numeric' | 'email' | 'text'
  required?: boolean
  maxLength?: number
  pattern?: string
}) {
  const id = useId()
  return (
    <label>
      {label}
      <input
        {...(input as object)}
        defaultValue={value}
        dir="auto"
        aria-describedby={help ? id : undefined}
      />
      {help && (
        <span id={id} class="help">
          {help}
        </span>
      )}
    </label>
  )
}

/** At a library: what is left behind is found by whoever comes next. */
export function SharedDevice() {
  return (
    <label class="check">
      <input type="checkbox" name="sharedDevice" />
      <span>Other people use this computer too</span>
    </label>
  )
}

export const textIn = (fields: FormData, name: string): string => String(fields.get(name) ?? '')
export const isShared = (fields: FormData): boolean => fields.get('sharedDevice') !== null
