import { type ApiDocument, operationsOf } from './document-parts.ts'

const accounts = ['user', 'mentor', 'admin'] as const

const oneOf = (names: readonly string[]): string =>
  [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((part) => part !== '').join(' or ')

/**
 * Who may call an operation, in three places: `x-roles` for programs, the roles beside each way to sign in where not
 * everybody's will do, and a sentence at the end of what is said about it.
 */
export function describeAccess(document: ApiDocument): void {
  for (const { operation } of operationsOf(document)) {
    const says = (text: string) => {
      operation.description = operation.description ? `${operation.description}\n\n${text}` : text
    }
    if (operation['x-access'] === 'public') {
      says('Access: anybody, signed in or not.')
      continue
    }
    const isForSome = operation['x-roles'] !== undefined
    const roles = operation['x-roles'] ?? [...accounts, ...(operation['x-guests'] ? ['guest'] : [])]
    operation['x-roles'] = roles
    if (isForSome)
      operation.security = roles.flatMap((role) =>
        operation.security.map((ways) => Object.fromEntries(Object.keys(ways).map((way) => [way, [role]]))),
      )
    const needs = [
      `Access: signed in, in the role ${oneOf(roles.map((role) => `\`${role}\``))}`,
      operation['x-verified-email'] ? 'with a confirmed address where this deployment asks for one' : '',
      operation['x-step-up'] ? 'shortly after `POST /api/v1/auth/step-up`' : '',
    ]
    says(`${needs.filter((need) => need !== '').join(', ')}.`)
  }
}
