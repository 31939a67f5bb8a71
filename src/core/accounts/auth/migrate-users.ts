import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { hasNoWayIn } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import { MigratedUser, type MigrateUsers, type MigrationResult } from './recovery.model.ts'
import type { PasswordReset } from './reset-password.ts'

/**
 * Opens accounts for people of another system. No password is taken over: each gets a mail with a link that sets one.
 * Sending the same list again opens nothing twice, and mails whom a crash had left out.
 */
export const createMigrateUsers =
  (
    { log }: Needs<'log'>,
    {
      users,
      audit,
      passwordReset,
    }: { readonly users: Users; readonly audit: Recording; readonly passwordReset: PasswordReset },
  ) =>
  async (actor: Actor, { users: rows }: MigrateUsers, caller: Caller): Promise<MigrationResult[]> => {
    async function migrate(row: unknown): Promise<Omit<MigrationResult, 'row'>> {
      const parsed = MigratedUser.safeParse(row)
      if (!parsed.success)
        return {
          status: 'invalid',
          userId: null,
          problems: parsed.error.issues.map(({ path }) => path.map(String).join('.')),
        }
      const { email, name, role } = parsed.data
      const existing = (await users.findByEmail(email))?.value
      if (existing) {
        if (hasNoWayIn(existing)) await passwordReset.invite(existing)
        return { status: 'exists', userId: existing.id, problems: [] }
      }
      const opened = await users.createAccount({ email, name, role, passwordHash: null })
      await passwordReset.invite(opened)
      await audit.record(caller, {
        event: 'user.migrated',
        actorId: actor.userId,
        sessionId: actor.sessionId,
        resource: { type: 'user', id: opened.id },
      })
      return { status: 'created', userId: opened.id, problems: [] }
    }

    const results: MigrationResult[] = []
    for (const [row, given] of rows.entries()) {
      try {
        results.push({ row, ...(await migrate(given)) })
      } catch (error) {
        if (!(error instanceof AppError)) log.error('migration_row_failed', error, { row })
        const isTaken = error instanceof AppError && error.code === 'user_exists'
        results.push({ row, status: isTaken ? 'exists' : 'failed', userId: null, problems: [] })
      }
    }
    return results
  }

export type MigrateUsersOf = ReturnType<typeof createMigrateUsers>
