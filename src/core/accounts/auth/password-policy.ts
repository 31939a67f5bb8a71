import type { Needs } from '../../../ports/ports.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import { validationError } from '../../kernel/errors.ts'
import { filled, type Said } from '../../kernel/messages/said.ts'
import { contextOf, createGuessedFirst, type Owner } from './guessed-first.ts'
import { longestPassword } from './passwords.model.ts'

/**
 * Length in characters, and what is guessed first; no rules on which characters (NIST SP 800-63B-4). The one policy for
 * whatever sets a password. Throws `validation_error` that names the field and the rule.
 */
export function createPasswordPolicy(
  { breachedPasswords, log, passwordBlocklist }: Needs<'breachedPasswords' | 'log' | 'passwordBlocklist'>,
  { minLength, hosts }: { readonly minLength: number; readonly hosts: readonly string[] },
) {
  const guessedFirst = createGuessedFirst(hosts)
  /** Nobody is kept from an account because the list cannot be asked. */
  async function isKnownBreached(password: string): Promise<boolean> {
    try {
      return await breachedPasswords.isBreached(password)
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      log.error('breached_passwords_not_asked', error)
      return false
    }
  }

  return async (path: string, password: string, owner: Owner): Promise<void> => {
    const refuse = (code: string, message: Said) => validationError([{ path, code, message }])
    const length = [...password].length
    if (length < minLength)
      throw refuse('too_short', filled('Use at least {length} characters.', { length: minLength }))
    if (length > longestPassword)
      throw refuse('too_long', filled('Use at most {length} characters.', { length: longestPassword }))
    const tooCommon = () => refuse('too_common', 'This password is easy to guess. Choose another one.')
    if (guessedFirst.isOfEverybody(password)) throw tooCommon()
    if (guessedFirst.isOfOwner(password, owner))
      throw refuse(
        'too_personal',
        'This password is little more than your name or address. Choose another one.',
      )
    if (await passwordBlocklist.isGuessable(password, contextOf(owner))) throw tooCommon()
    if (await isKnownBreached(password))
      throw refuse('breached', 'This password is in a list that was stolen elsewhere. Choose another one.')
  }
}

/** Whoever sets a password because the one they have may be known has to set another one. */
export const passwordUnchanged = (path: string) =>
  validationError([
    { path, code: 'unchanged', message: 'This is the password you have already. Choose another one.' },
  ])

export type CheckPassword = ReturnType<typeof createPasswordPolicy>
