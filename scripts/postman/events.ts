import { demoPassword, demoStaff } from '../../entry/demo.ts'
import type { Described } from '../api-reference/document.ts'
import type { Remembered } from './variables.ts'

/* What Postman runs before and after a request, as the lines of its scripts. */

export interface PostmanEvent {
  readonly listen: 'prerequest' | 'test'
  readonly script: { readonly type: 'text/javascript'; readonly exec: readonly string[] }
}

const event = (listen: PostmanEvent['listen'], exec: readonly string[]): PostmanEvent => ({
  listen,
  script: { type: 'text/javascript', exec },
})

/** The answer is one that the document names, and no failure of ours. */
export function holdAnswer({ operation }: Described, remembered: readonly Remembered[]): PostmanEvent {
  const statuses = Object.keys(operation.responses)
    .map(Number)
    .filter((status) => status < 500)
  return event('test', [
    "pm.test('answers as the document says', () => {",
    `  pm.expect([${statuses.join(', ')}]).to.include(pm.response.code)`,
    '})',
    ...(remembered.length === 0
      ? []
      : [
          "const answer = pm.response.code < 300 && pm.response.text() !== '' ? pm.response.json() : {}",
          'const remember = (name, value, replaces) => {',
          "  const isFirst = pm.collectionVariables.get(name + ':known') !== 'yes'",
          "  if (typeof value !== 'string' || !(isFirst || replaces)) return",
          '  pm.collectionVariables.set(name, value)',
          "  pm.collectionVariables.set(name + ':known', 'yes')",
          '}',
          ...remembered.map(
            ({ variable, at, replaces }) =>
              `remember('${variable}', answer${at.map((key) => (typeof key === 'number' ? `?.[${key}]` : `?.${key}`)).join('')}, ${replaces})`,
          ),
        ]),
  ])
}

/** For what ends a session or an account: it is done to one that was made for it, and has just said who it is. */
export const signUpSomebodyToSpare = event('prerequest', [
  "const at = pm.variables.get('api') + '/api/v1/auth/'",
  'const send = (path, body, token, next) => pm.sendRequest({',
  '  url: at + path,',
  "  method: 'POST',",
  "  header: { 'Content-Type': 'application/json', Origin: pm.variables.get('origin'), ...(token ? { Authorization: 'Bearer ' + token } : {}) },",
  "  body: { mode: 'raw', raw: JSON.stringify(body) },",
  '}, (_, answer) => next(answer.json().accessToken))',
  "const password = pm.variables.get('password')",
  "const email = 'spare.' + Date.now() + Math.random() + '@example.com'",
  "send('signup', { email, password, name: 'Spare Person' }, '', (token) =>",
  "  send('step-up', { password }, token, (fresh) => pm.collectionVariables.set('spareToken', fresh)))",
])

export const enterAsGuest = event('prerequest', [
  'pm.sendRequest({',
  "  url: pm.variables.get('api') + '/api/v1/auth/guest',",
  "  method: 'POST',",
  "  header: { 'Content-Type': 'application/json', Origin: pm.variables.get('origin') },",
  "  body: { mode: 'raw', raw: JSON.stringify({ name: 'Spare Guest' }) },",
  "}, (_, answer) => pm.collectionVariables.set('spareToken', answer.json().accessToken))",
])

/** A step of the first folder: it has to work, and what it tells is kept. */
export const mustWork = (status: number, kept: Readonly<Record<string, string>>): PostmanEvent =>
  event('test', [
    `pm.test('works', () => pm.response.to.have.status(${status}))`,
    ...Object.entries(kept).flatMap(([variable, at]) => [
      `pm.collectionVariables.set('${variable}', pm.response.json().${at})`,
      `pm.collectionVariables.set('${variable}:known', 'yes')`,
    ]),
  ])

export const administrator = {
  email: demoStaff.find(({ role }) => role === 'admin')?.email ?? '',
  password: demoPassword,
}
