'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { Field, Form } from '@/components/form'
import { Page } from '@/components/page'
import { WhyNot } from '@/components/why-not'
import { useAuth } from '@/lib/auth'

export default function SignUp() {
  const { signup, notice } = useAuth()
  const router = useRouter()
  return (
    <Page title="Create an account">
      {notice === null ? (
        <Form
          button="Create the account"
          send={async ({ name = '', email = '', password = '' }) => {
            if (await signup(email, password, name)) router.push('/confirm/')
          }}
        >
          <WhyNot />
          <Field name="name" label="Name" autoComplete="name" maxLength={100} />
          <Field name="email" label="E-mail address" type="email" autoComplete="username" />
          <Field
            name="password"
            label="Password"
            type="password"
            autoComplete="new-password"
            minLength={12}
            hint="At least 12 characters. Several words are easy to remember."
          />
        </Form>
      ) : (
        <p role="status">{notice}</p>
      )}
      <p>
        You have one already? <Link href="/login/">Sign in</Link>
      </p>
    </Page>
  )
}
