'use client'

import { useAuth } from '@/lib/auth'

/** Why the last thing that was tried with the account did not work. */
export function WhyNot() {
  const { problem, isUnreachable } = useAuth()
  const text = isUnreachable
    ? 'The server could not be reached. Look at your connection, and try again.'
    : (problem?.message ?? '')
  return (
    <p role="alert" className="problem" hidden={text === ''}>
      {text}
    </p>
  )
}
