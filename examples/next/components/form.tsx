'use client'

import { type FormEvent, type InputHTMLAttributes, type ReactNode, useId, useRef, useState } from 'react'
import { reasonOf } from '@/lib/answers'

export type Typed = Readonly<Record<string, string>>

interface FormProps {
  readonly button: string
  readonly children?: ReactNode
  /** Throws what prevented it; a text that it answers is shown as done. */
  readonly send: (typed: Typed, all: FormData) => Promise<unknown>
  readonly isDangerous?: boolean
}

/** Sends what was typed once at a time, and says what became of it where a screen reader hears it. */
export function Form({ button, children, send, isDangerous = false }: FormProps) {
  const [said, setSaid] = useState<{ text: string; isProblem: boolean } | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)

  async function submit(event: FormEvent) {
    event.preventDefault()
    if (isBusy || !form.current) return
    const all = new FormData(form.current)
    const typed = Object.fromEntries(
      [...all].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
    )
    setIsBusy(true)
    setSaid(null)
    try {
      const text = await send(typed, all)
      if (typeof text === 'string') {
        setSaid({ text, isProblem: false })
        form.current?.reset()
      }
    } catch (error) {
      setSaid({ text: reasonOf(error), isProblem: true })
    } finally {
      setIsBusy(false)
    }
  }
  return (
    <form ref={form} onSubmit={submit} className="form">
      {children}
      <p role="alert" className="problem" hidden={!said?.isProblem}>
        {said?.isProblem ? said.text : ''}
      </p>
      <p role="status" className="done" hidden={said === null || said.isProblem}>
        {said === null || said.isProblem ? '' : said.text}
      </p>
      <button type="submit" aria-disabled={isBusy} className={isDangerous ? 'button danger' : 'button'}>
        {button}
      </button>
    </form>
  )
}

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly name: string
  readonly label: string
  readonly hint?: string
}

export function Field({ label, hint, required = true, ...rest }: FieldProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {required ? null : <span className="quiet"> (optional)</span>}
      </label>
      <input id={id} required={required} aria-describedby={hint ? `${id}-hint` : undefined} {...rest} />
      {hint ? (
        <p id={`${id}-hint`} className="quiet">
          {hint}
        </p>
      ) : null}
    </div>
  )
}

export function TextField({
  name,
  label,
  required = true,
}: {
  name: string
  label: string
  required?: boolean
}) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {required ? null : <span className="quiet"> (optional)</span>}
      </label>
      <textarea id={id} name={name} rows={5} required={required} />
    </div>
  )
}

export function Choices({
  name,
  label,
  choices,
}: {
  name: string
  label: string
  choices: readonly (readonly [string, string])[]
}) {
  return (
    <fieldset className="field">
      <legend>{label}</legend>
      {choices.map(([value, text]) => (
        <label key={value} className="choice">
          <input type="checkbox" name={name} value={value} /> {text}
        </label>
      ))}
    </fieldset>
  )
}

export function Select({
  name,
  label,
  choices,
  chosen,
}: {
  name: string
  label: string
  choices: readonly (readonly [string, string])[]
  chosen?: string
}) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select key={chosen} id={id} name={name} defaultValue={chosen}>
        {choices.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}
