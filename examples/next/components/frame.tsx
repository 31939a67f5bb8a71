'use client'

import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import { type ReactNode, useEffect, useState } from 'react'
import { useAuth } from '@/lib/auth'
import { SessionWarning } from './session-warning'

const forAll = [
  ['/courses/', 'Courses'],
  ['/contact/', 'Contact'],
  ['/interest/', 'Take part'],
  ['/referral/', 'Refer somebody'],
] as const
const forPeople = [
  ['/dashboard/', 'Dashboard'],
  ['/courses/', 'Courses'],
  ['/chat/', 'Chat'],
  ['/profile/', 'Profile'],
] as const
const forVisitors = [
  ['/login/', 'Sign in'],
  ['/signup/', 'Sign up'],
] as const

export function Frame({ children }: { children: ReactNode }) {
  const { user, isAuthenticated, logout } = useAuth()
  const path = usePathname()
  const router = useRouter()
  const [notice, setNotice] = useState('')
  const theme = user?.preferences.theme
  useEffect(() => {
    if (theme) document.documentElement.dataset.theme = theme
    else delete document.documentElement.dataset.theme
  }, [theme])

  async function leave() {
    const departure = await logout()
    setNotice(departure.isSignedOut ? 'You are signed out.' : departure.message)
    router.push('/')
  }
  const links = isAuthenticated ? forPeople : [...forAll, ...forVisitors]
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="top">
        <Link href="/" className="brand">
          Portal
        </Link>
        <nav aria-label="Pages">
          <ul>
            {links.map(([to, text]) => (
              <li key={to}>
                <Link href={to} aria-current={path === to ? 'page' : undefined}>
                  {text}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        {isAuthenticated ? (
          <button type="button" className="button small" onClick={leave}>
            Sign out
          </button>
        ) : null}
      </header>
      <main id="content" tabIndex={-1}>
        <p role="status" className="done" hidden={notice === '' || isAuthenticated}>
          {isAuthenticated ? '' : notice}
        </p>
        {children}
      </main>
      <SessionWarning />
    </>
  )
}
