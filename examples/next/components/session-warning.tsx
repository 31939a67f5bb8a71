'use client'

import { useEffect, useState } from 'react'
import { useAuth } from '@/lib/auth'

/** The session ends because nobody does anything: whoever is there says so. */
export function SessionWarning() {
  const { sessionWarning, secondsLeft, stay, logout } = useAuth()
  const [left, setLeft] = useState(0)
  useEffect(() => {
    if (secondsLeft === null) return
    setLeft(secondsLeft)
    const timer = setInterval(() => setLeft((seconds) => Math.max(0, seconds - 1)), 1000)
    return () => clearInterval(timer)
  }, [secondsLeft])
  if (!sessionWarning) return null
  return (
    <section className="warning" aria-label="Your session">
      <p role="alert">You are about to be signed out, because nothing has happened here for a while.</p>
      <p aria-hidden="true">{`${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`}</p>
      <button type="button" className="button" onClick={() => stay()}>
        Stay signed in
      </button>
      <button type="button" className="button plain" onClick={() => logout()}>
        Sign out now
      </button>
    </section>
  )
}
