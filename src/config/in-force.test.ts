import { expect, test } from 'vitest'
import type { Setting } from './area.ts'
import { readConfig, settings } from './config.ts'
import { shownSettings } from './shown-settings.ts'

const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://api.example.org',
  MAIL_FROM: 'no-reply@example.org',
  SMTP_HOST: 'smtp.example.org',
  AUTH_MASTER_KEY: 'A'.repeat(43),
  AUTH_SIGNING_KEYS: JSON.stringify([
    { id: 'k', activeFrom: '2000-01-01T00:00:00.000Z', value: '{"crv":"P-256","d":"x"}' },
  ]),
  CLIENT_ADDRESS: 'socket',
}
const inForce = (environment: Record<string, string>) => {
  const { deployment } = readConfig(environment).config.app
  return { ...deployment, of: (name: string) => deployment.settings.find((each) => each.name === name) }
}

test('every setting is shown, or is a secret: a new one is decided about', () => {
  const secrets = Object.entries<Setting>(settings).flatMap(([name, { isSecret }]) =>
    isSecret ? [name] : [],
  )
  expect([...shownSettings, ...secrets].toSorted()).toEqual(Object.keys(settings).toSorted())
})

test('of a secret there is only whether it is set', () => {
  const hidden = ['correct-horse', 'battery-staple']
  const { settings: shown, of } = inForce({
    ...production,
    SMTP_USER: 'mailer',
    SMTP_PASSWORD: 'correct-horse',
    REDIS_URL: 'redis://user:battery-staple@cache.example:6379',
  })
  expect(of('SMTP_PASSWORD')).toMatchObject({ isSecret: true, isSet: true, value: null })
  expect(of('COSMOS_KEY')).toMatchObject({ isSecret: true, isSet: false, value: null })
  const text = JSON.stringify(shown)
  for (const secret of [...hidden, production.AUTH_MASTER_KEY, 'P-256']) expect(text).not.toContain(secret)
})

test('a value is as it was set, else its default', () => {
  const { of, adapters, isProduction, runtime } = inForce({ ...production, PASSWORD_MIN_LENGTH: '14' })
  expect(of('PASSWORD_MIN_LENGTH')).toMatchObject({ isSet: true, value: '14', area: expect.any(String) })
  expect(of('STEP_UP_SECONDS')).toMatchObject({ isSet: false, value: '600' })
  expect(of('MSSQL_SERVER')).toMatchObject({ isSet: false, value: null })
  expect(adapters).toMatchObject({ documents: 'sqlite', mail: 'smtp' })
  expect([isProduction, runtime]).toEqual([true, 'node'])
})

test('whatever setting somebody writes a name and a password into, they are not shown', () => {
  const login = 'https://reader:hunter2@'
  for (const name of shownSettings) {
    const environment = { [name]: `${login}host.example/path` }
    let shown = ''
    try {
      shown = JSON.stringify(inForce(environment).settings)
    } catch {
      continue
    }
    expect(shown, name).not.toContain('hunter2')
  }
})
