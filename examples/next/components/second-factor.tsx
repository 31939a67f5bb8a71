'use client'

import { useState } from 'react'
import { good } from '@/lib/answers'
import { useAuth } from '@/lib/auth'
import { useLoaded } from '@/lib/use-loaded'
import { Field, Form } from './form'
import { Shown } from './page'
import { StepUpField, stepUp } from './step-up'

/** An authenticator app, beside the password. */
export function SecondFactor() {
  const { client } = useAuth()
  const { mfa } = client.api.v1.auth
  const factors = useLoaded('factors', async () => (await good(mfa.$get())).json())
  const [secret, setSecret] = useState<{ secret: string; uri: string } | null>(null)
  const [codes, setCodes] = useState<readonly string[]>([])
  return (
    <>
      <h2>Second factor</h2>
      <Shown loaded={factors}>
        {({ totp }) =>
          totp ? (
            <>
              {codes.length > 0 ? (
                <div role="status" className="done">
                  <p>Keep these codes where nobody finds them. Each lets you in once, without your phone.</p>
                  <ul className="codes">
                    {codes.map((code) => (
                      <li key={code}>{code}</li>
                    ))}
                  </ul>
                </div>
              ) : null}
              <p>An app on your phone is asked for, beside your password.</p>
              <Form
                button="Turn it off"
                isDangerous
                send={async ({ proof }) => {
                  await stepUp(client, proof)
                  await good(mfa.totp.$delete())
                  setCodes([])
                  factors.reload()
                }}
              >
                <StepUpField />
              </Form>
            </>
          ) : secret ? (
            <Form
              key="confirm"
              button="Turn it on"
              send={async ({ code = '' }) => {
                const answer = await good(
                  mfa.totp.confirm.$post({ json: { code: code.replaceAll(/\s/g, '') } }),
                )
                setCodes((await answer.json()).recoveryCodes)
                setSecret(null)
                factors.reload()
              }}
            >
              <p>
                Add this key to your app: <code>{secret.secret}</code>
              </p>
              <p>
                <a href={secret.uri}>Open the app on this device</a>
              </p>
              <Field name="code" label="The code it shows" autoComplete="one-time-code" inputMode="numeric" />
            </Form>
          ) : (
            <Form
              key="begin"
              button="Set up an app"
              send={async ({ proof }) => {
                await stepUp(client, proof)
                setSecret(await (await good(mfa.totp.$post())).json())
              }}
            >
              <StepUpField />
            </Form>
          )
        }
      </Shown>
    </>
  )
}
