import type { Needs } from '../../../ports/ports.ts'
import { validationError } from '../../kernel/errors.ts'

const maxLength = 128
const organisation = ['tools', 'toolsinc', 'sdtoolsinc', 'mack', 'mackchat', 'mackprojekt']

export interface Owner {
  readonly email: string
  readonly name: string
}

/**
 * Length in characters and a list of what is guessed first; no rules on which characters (NIST SP 800-63B-4). Throws
 * `validation_error` that names the field and the rule.
 */
export const createPasswordPolicy =
  ({ passwordBlocklist }: Needs<'passwordBlocklist'>, minLength: number) =>
  async (path: string, password: string, owner: Owner): Promise<void> => {
    const refuse = (code: string, message: string) => validationError([{ path, code, message }])
    const length = [...password].length
    if (length < minLength) throw refuse('too_short', `Use at least ${minLength} characters.`)
    if (length > maxLength) throw refuse('too_long', `Use at most ${maxLength} characters.`)
    const [mailbox = ''] = owner.email.split('@')
    const context = [
      ...organisation,
      mailbox,
      ...mailbox.split(/[^\p{L}\p{N}]+/u),
      ...owner.name.split(/\s+/),
    ]
    const words = context.filter((word) => word.length > 2)
    if (await passwordBlocklist.isGuessable(password, words))
      throw refuse('too_common', 'This password is easy to guess. Choose another one.')
  }

export type CheckPassword = ReturnType<typeof createPasswordPolicy>
