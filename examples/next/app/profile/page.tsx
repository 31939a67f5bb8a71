'use client'

import Link from 'next/link'
import { Field, Form } from '@/components/form'
import { OwnPage } from '@/components/page'
import { SecondFactor } from '@/components/second-factor'
import { WhyNot } from '@/components/why-not'
import { type User, useAuth } from '@/lib/auth'

export default function Profile() {
  return (
    <OwnPage title="Profile">
      {(user) => (
        <>
          <Preferences user={user} />
          <SecondFactor />
          <h2>My data</h2>
          <ul>
            <li>
              <Link href="/data-export/">Get a copy of my data</Link>
            </li>
            <li>
              <Link href="/delete-account/">Delete my account</Link>
            </li>
          </ul>
        </>
      )}
    </OwnPage>
  )
}

function Preferences({ user }: { user: User }) {
  const { updateProfile } = useAuth()
  const { notifications, emailUpdates, theme } = user.preferences
  const change = (preferences: Partial<User['preferences']>) => updateProfile({ preferences })
  return (
    <>
      <Form
        button="Save"
        send={async ({ name = '' }) => {
          await updateProfile({ name })
        }}
      >
        <WhyNot />
        <Field key={user.name} name="name" label="Name" autoComplete="name" defaultValue={user.name} />
      </Form>
      <h2>Settings</h2>
      <ul className="switches">
        <Switch
          label="Push notifications"
          hint="About your courses and your progress"
          isOn={notifications}
          turn={(isOn) => change({ notifications: isOn })}
        />
        <Switch
          label="E-mail updates"
          hint="New courses and opportunities, every week"
          isOn={emailUpdates}
          turn={(isOn) => change({ emailUpdates: isOn })}
        />
        <Switch
          label="Dark"
          hint="On every device"
          isOn={theme === 'dark'}
          turn={(isOn) => change({ theme: isOn ? 'dark' : 'light' })}
        />
      </ul>
    </>
  )
}

interface SwitchProps {
  readonly label: string
  readonly hint: string
  readonly isOn: boolean
  readonly turn: (isOn: boolean) => void
}

function Switch({ label, hint, isOn, turn }: SwitchProps) {
  return (
    <li>
      <button type="button" role="switch" aria-checked={isOn} className="switch" onClick={() => turn(!isOn)}>
        <span>
          {label}
          <span className="switch-hint">{hint}</span>
        </span>
        <span className="knob" aria-hidden="true" />
      </button>
    </li>
  )
}
