'use client'

import Link from 'next/link'
import { Page } from '@/components/page'
import { useAuth } from '@/lib/auth'

export default function Home() {
  const { user } = useAuth()
  return (
    <Page title="Welcome">
      <p>Courses that lead to work, and people who answer.</p>
      {user ? (
        <p>
          <Link href="/dashboard/">Go on, {user.name}</Link>
        </p>
      ) : (
        <ul className="actions">
          <li>
            <Link className="button" href="/signup/">
              Create an account
            </Link>
          </li>
          <li>
            <Link className="button plain" href="/login/">
              Sign in
            </Link>
          </li>
        </ul>
      )}
      <h2>Without an account</h2>
      <ul>
        <li>
          <Link href="/courses/">See the courses</Link>
        </li>
        <li>
          <Link href="/contact/">Write to us</Link>
        </li>
        <li>
          <Link href="/interest/">Tell us what you are interested in</Link>
        </li>
        <li>
          <Link href="/referral/">Refer somebody, or yourself</Link>
        </li>
        <li>
          <Link href="/referral-status/">See how far a referral is</Link>
        </li>
      </ul>
    </Page>
  )
}
