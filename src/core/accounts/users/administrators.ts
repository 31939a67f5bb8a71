import { DocumentExists, type Stored, VersionMismatch } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import { conflict } from '../../kernel/errors.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { retryOnConflict } from '../../kernel/retry-on-conflict.ts'
import { walk } from '../../kernel/walk.ts'
import {
  type AdministratorRoster,
  isRoster,
  lastAdministrator,
  roster,
  rosterDirectory,
  staff,
  staffDirectory,
} from './staff.model.ts'
import { isActiveAdministrator, userEmails, users } from './users.model.ts'

/** Whoever holds an account writes it within this, or not at all. */
const writesWithinMs = 20_000
/** After this whoever comes by sets right what a crash left. Longer, so that clocks need not agree to the second. */
const leaseMs = 60_000
const pageSize = 500

const key = { partition: rosterDirectory, id: rosterDirectory }

/** The right to make somebody an administrator, or not one, while nobody else does. */
export interface Hold {
  readonly userId: string
  /** It was asked for somebody who is one: there is another. */
  readonly isLeaving: boolean
  /** Throws `conflict` when it took too long to be sure of anything. Asked right before the account is written. */
  check(): void
}

/**
 * There is always an administrator who can sign in. One document names them. An account is held in it before it
 * becomes one or ceases to be one, and while it is held it does not count for anybody: so whichever way two processes
 * take turns, who is left over is one in truth. Between the two writes a crash leaves a hold, which ends by itself: the
 * account is then written as it is, so that a write that is still under way fails, and listed as what it is.
 */
export function createAdministrators(needs: Needs<'clock' | 'documents' | 'ids' | 'log'>) {
  const { clock, documents, ids, log } = needs
  const put = createPutDocument(needs)
  const iso = (ms: number) => new Date(ms).toISOString()

  const accountOf = (userId: string) => documents.read(users, { partition: userId, id: userId })
  /** What a sign-up that was cut off leaves is nobody: the claim of the address makes an account. */
  const isOne = async (userId: string): Promise<boolean> => {
    const account = (await accountOf(userId))?.value
    if (!account || !isActiveAdministrator(account)) return false
    const claim = await documents.read(userEmails, { partition: account.email, id: account.email })
    return claim?.value.userId === userId
  }

  /** From the directory of staff: what older stores have, and what a crash may have left out. */
  async function findUnlisted(listed: readonly string[]): Promise<readonly string[]> {
    const found: string[] = []
    const readPage = (after: { readonly after?: string }) =>
      documents.query(staff, {
        path: 'byName',
        partition: staffDirectory,
        equals: {},
        limit: pageSize,
        ...after,
      })
    for await (const { value } of walk(readPage)) {
      const isCandidate = !isRoster(value) && value.role === 'admin' && !listed.includes(value.id)
      if (isCandidate && (await isOne(value.id))) found.push(value.id)
    }
    return found
  }

  /** A store from before there was one gets it now. */
  async function read(): Promise<Stored<AdministratorRoster>> {
    for (;;) {
      const stored = await documents.read(staff, key)
      if (stored && isRoster(stored.value)) return { value: stored.value, version: stored.version }
      try {
        await documents.insert(staff, roster)
        for (const userId of await findUnlisted([])) await bringIntoLine(userId)
      } catch (error) {
        if (!(error instanceof DocumentExists)) throw error
      }
    }
  }

  const change = (apply: (latest: AdministratorRoster) => AdministratorRoster) =>
    put(staff, key, (latest) => (latest && isRoster(latest) ? apply(latest) : latest))

  /** Ends a hold, and lists the account as what it is now. */
  async function end(userId: string, id: string): Promise<void> {
    const isListed = await isOne(userId)
    await change((latest) => {
      if (!latest.held.some((hold) => hold.id === id)) return latest
      const others = latest.active.filter((other) => other !== userId)
      return {
        ...latest,
        active: isListed ? [...others, userId] : others,
        held: latest.held.filter((hold) => hold.id !== id),
      }
    })
  }

  /**
   * Writes the account as it is: what was read of it is then the newest there is, and a write that somebody else has
   * under way fails.
   */
  const touch = (userId: string): Promise<void> =>
    retryOnConflict(async () => {
      const stored = await accountOf(userId)
      if (stored) await documents.replace(users, stored.value, stored.version)
    })

  /** Of whoever crashed, or is so slow that they must not go on. */
  async function takeOver({ userId, id }: AdministratorRoster['held'][number]): Promise<void> {
    await touch(userId)
    await end(userId, id)
  }
  const isOver = ({ until }: AdministratorRoster['held'][number]): boolean => Date.parse(until) <= clock.now()

  const counted = ({ active, held }: AdministratorRoster): readonly string[] =>
    active.filter((userId) => !held.some((hold) => hold.userId === userId))

  /** Whether somebody is left when this one goes, as the document has it and in truth. */
  async function hasSuccessor(latest: AdministratorRoster, leaving: string): Promise<boolean> {
    for (const userId of counted(latest)) if (userId !== leaving && (await isOne(userId))) return true
    return false
  }

  /** Whoever crashed, and whoever is one and not in the document. True when there may be somebody new to count on. */
  async function bringIn(latest: AdministratorRoster): Promise<boolean> {
    const over = latest.held.filter(isOver)
    for (const hold of over) await takeOver(hold)
    const unlisted = await findUnlisted([...latest.active, ...latest.held.map(({ userId }) => userId)])
    for (const userId of unlisted) await bringIntoLine(userId)
    return over.length + unlisted.length > 0
  }

  async function take(userId: string, isLeaving: boolean): Promise<string> {
    const id = ids.next()
    return retryOnConflict(async () => {
      const { value: latest, version } = await read()
      const other = latest.held.find((hold) => hold.userId === userId)
      if (other && isOver(other)) await takeOver(other)
      if (other) throw new VersionMismatch(staff.name)
      if (isLeaving && !(await hasSuccessor(latest, userId))) {
        if (!(await bringIn(latest))) throw lastAdministrator()
        throw new VersionMismatch(staff.name)
      }
      const hold = { userId, id, until: iso(clock.now() + leaseMs) }
      await documents.replace(staff, { ...latest, held: [...latest.held, hold] }, version)
      return id
    })
  }

  /**
   * Holds an account while `work` may write it. Where nobody knows whether it was written, the hold stays until it ends
   * by itself. Throws `last_administrator` where somebody who leaves would leave nobody.
   */
  async function whileHeld<T>(
    userId: string,
    isLeaving: boolean,
    work: (hold: Hold) => Promise<T>,
  ): Promise<T> {
    const id = await take(userId, isLeaving)
    const lastWriteAt = clock.now() + writesWithinMs
    const check = () => {
      if (clock.now() > lastWriteAt) throw conflict()
    }
    const settle = () =>
      end(userId, id).catch((error: unknown) => log.error('administrators_not_settled', error))
    try {
      const outcome = await work({ userId, isLeaving, check })
      await settle()
      return outcome
    } catch (error) {
      if (!(error instanceof PortUnavailable)) await settle()
      throw error
    }
  }

  /** Lists an account as what it is. */
  const bringIntoLine = (userId: string): Promise<void> => whileHeld(userId, false, () => touch(userId))

  return {
    whileHeld,
    bringIntoLine,
    list: async (): Promise<readonly string[]> => (await read()).value.active,
    /** Sets right whatever does not agree with the accounts, but for those who are being changed. */
    async sweep(): Promise<void> {
      const { value } = await read()
      await bringIn(value)
      for (const userId of value.active) if (!(await isOne(userId))) await bringIntoLine(userId)
    },
    /** Of an account that is erased. */
    forget: async (userId: string): Promise<void> => {
      await change((latest) =>
        [...latest.active, ...latest.held.map((held) => held.userId)].includes(userId)
          ? {
              ...latest,
              active: latest.active.filter((other) => other !== userId),
              held: latest.held.filter((held) => held.userId !== userId),
            }
          : latest,
      )
    },
  }
}

export type Administrators = ReturnType<typeof createAdministrators>
