import { type Stored, VersionMismatch } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { conflict, notFound, preconditionFailed } from '../../kernel/errors.ts'
import type { DomainEvent } from '../../kernel/events.ts'
import { meets, type Precondition } from '../../kernel/precondition.ts'
import { endConnections } from '../../platform/realtime/realtime.model.ts'
import type { Administrators, Hold } from './administrators.ts'
import { isActiveAdministrator, type User, users } from './users.model.ts'

const attempts = 5

export interface ChangeUserOptions {
  /** There is one attempt, and `precondition_failed` when the account is at another version. */
  readonly expected?: Precondition | undefined
  /** The account as it was read before: the first attempt need not read it. */
  readonly known?: Stored<User> | null | undefined
  /** Asked after each attempt's change was computed; what it throws keeps that from being written. */
  readonly beforeWrite?: (() => Promise<void>) | undefined
  /** On this account, where the caller has one. */
  readonly hold?: Hold | null | undefined
}

/**
 * Reads, changes and writes one account, again when somebody else wrote in between. Where `change` answers what it was
 * given, nothing is written. Raising the security epoch ends every session, and the connections opened by them. Throws
 * `last_administrator` for a change after which nobody would be an administrator.
 */
export const createChangeUser =
  (
    needs: Needs<'clock' | 'documents' | 'defer' | 'realtime'>,
    administrators: Pick<Administrators, 'whileHeld'>,
    epochRaised: DomainEvent<User>,
  ) =>
  async (
    userId: string,
    change: (user: User) => User,
    { expected, known, hold: given, beforeWrite }: ChangeUserOptions = {},
  ): Promise<Stored<User>> => {
    const { documents, defer } = needs
    const read = () => documents.read(users, { partition: userId, id: userId })

    async function write(
      hold: Hold | null,
      first: Stored<User> | null,
    ): Promise<Stored<User> | 'needs-hold'> {
      for (let attempt = 1; attempt <= attempts; attempt++) {
        const stored = (attempt === 1 && first) || (await read())
        if (!stored) throw notFound()
        if (!meets(expected, stored.version)) throw preconditionFailed()
        try {
          const changed = change(stored.value)
          if (changed === stored.value) return stored
          const wasOne = isActiveAdministrator(stored.value)
          const isHoldNeeded = wasOne !== isActiveAdministrator(changed)
          if (isHoldNeeded && (!hold || (wasOne && !hold.isLeaving))) return 'needs-hold'
          await beforeWrite?.()
          hold?.check()
          const replaced = await documents.replace(users, changed, stored.version)
          if (changed.securityEpoch !== stored.value.securityEpoch) {
            defer.run('disconnect_devices', () => endConnections(needs, userId, null))
            defer.run('end_what_the_epoch_ends', () => epochRaised.emit(changed))
          }
          return replaced
        } catch (error) {
          if (!(error instanceof VersionMismatch)) throw error
          if (expected) throw preconditionFailed()
        }
      }
      throw conflict()
    }

    const written = await write(given ?? null, known ?? null)
    if (written !== 'needs-hold') return written
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const stored = await read()
      if (!stored) throw notFound()
      const isLeaving = isActiveAdministrator(stored.value)
      const outcome = await administrators.whileHeld(userId, isLeaving, (hold) => write(hold, null))
      if (outcome !== 'needs-hold') return outcome
    }
    throw conflict()
  }

export type ChangeUser = ReturnType<typeof createChangeUser>
