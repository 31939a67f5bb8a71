'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'
import { type User, useAuth } from '@/lib/auth'
import type { Loaded } from '@/lib/use-loaded'

export function Page({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <title>{`${title} · Portal`}</title>
      <h1>{title}</h1>
      {children}
    </>
  )
}

/** A page of somebody who is signed in; others are shown the way. */
export function OwnPage({ title, children }: { title: string; children: (user: User) => ReactNode }) {
  const { user } = useAuth()
  const path = usePathname()
  return (
    <Page title={title}>
      {user ? (
        children(user)
      ) : (
        <p>
          <Link href={`/login/?next=${encodeURIComponent(path)}`}>Sign in</Link> to see this page.
        </p>
      )}
    </Page>
  )
}

/** What was asked for, or that it could not be had, with a way to ask again. */
export function Shown<T>({ loaded, children }: { loaded: Loaded<T>; children: (value: T) => ReactNode }) {
  const { value, problem, reload } = loaded
  if (problem !== null)
    return (
      <div role="alert" className="problem">
        <p>{problem}</p>
        <button type="button" className="button" onClick={reload}>
          Try again
        </button>
      </div>
    )
  if (value === null) return <p className="quiet">Loading…</p>
  return children(value)
}
