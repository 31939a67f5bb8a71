'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { Field, Form } from '@/components/form'
import { Page } from '@/components/page'
import { WhyNot } from '@/components/why-not'
import { useAuth } from '@/lib/auth'
import { useQuery } from '@/lib/use-query'

/** A page of this portal, whatever the address says. */
const pageWithin = (next: string | null | undefined): string =>
  next && /^\/(?![/\\])/.test(next) ? next : '/dashboard/'

export default function LogIn() {
  const { isAuthenticated, login, showSecondFactor, secondFactor } = useAuth()
  const router = useRouter()
  const query = useQuery()
  useEffect(() => {
    if (isAuthenticated && query !== null) router.replace(pageWithin(query.get('next')))
  }, [isAuthenticated, query, router])
  return (
    <Page title="Sign in">
      {secondFactor === null ? (
        <Form
          key="password"
          button="Sign in"
          send={async ({ email = '', password = '' }) => {
            await login(email, password)
          }}
        >
          <WhyNot />
          <Field name="email" label="E-mail address" type="email" autoComplete="username" />
          <Field name="password" label="Password" type="password" autoComplete="current-password" />
        </Form>
      ) : (
        <Form
          key="code"
          button="Go on"
          send={async ({ code = '' }) => {
            const typed = code.replaceAll(/\s/g, '')
            await showSecondFactor(/^\d{6}$/.test(typed) ? { code: typed } : { recoveryCode: typed })
          }}
        >
          <p>Your password was right. This account wants a second proof.</p>
          <WhyNot />
          <Field
            name="code"
            label="Code of your app, or a recovery code"
            autoComplete="one-time-code"
            inputMode="text"
            autoFocus
          />
        </Form>
      )}
      <p>
        <Link href="/forgot-password/">Forgot your password?</Link>
      </p>
      <p>
        New here? <Link href="/signup/">Create an account</Link>
      </p>
    </Page>
  )
}
