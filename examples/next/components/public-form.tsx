'use client'

import { randomId } from '@tools-inc/client/random-id'
import { type ReactNode, useRef, useState } from 'react'
import { Refused } from '@/lib/answers'
import { Form, type Typed } from './form'

export interface Sending {
  /** For how long the form was open, and a field that people do not see: what keeps programs out. */
  readonly asPerson: { readonly elapsedMs: number; readonly website: string }
  /** The same form is stored once, however often it is sent. */
  readonly header: { readonly 'idempotency-key': string }
}

interface PublicFormProps {
  readonly children: ReactNode
  readonly send: (typed: Typed, all: FormData, sending: Sending) => Promise<ReactNode>
}

/** A form that anybody may send, once. */
export function PublicForm({ children, send }: PublicFormProps) {
  const openedAt = useRef(0)
  const key = useRef('')
  const [answer, setAnswer] = useState<ReactNode>(null)
  if (answer !== null)
    return (
      <div role="status" className="done">
        {answer}
      </div>
    )
  return (
    <Form
      button="Send"
      send={async (typed, all) => {
        key.current ||= randomId()
        const asPerson = { elapsedMs: Date.now() - openedAt.current, website: typed.website ?? '' }
        try {
          setAnswer(await send(typed, all, { asPerson, header: { 'idempotency-key': key.current } }))
        } catch (error) {
          // What was refused is corrected, and then it is another form.
          if (error instanceof Refused) key.current = ''
          throw error
        }
      }}
    >
      <div
        ref={() => {
          openedAt.current ||= Date.now()
        }}
        className="hidden"
        aria-hidden="true"
      >
        <label>
          Website
          <input name="website" tabIndex={-1} autoComplete="off" />
        </label>
      </div>
      {children}
    </Form>
  )
}
