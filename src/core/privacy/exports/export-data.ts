import type { ArchiveEntry } from '../../../ports/archiver.ts'
import type { Needs } from '../../../ports/ports.ts'
import { ownTraceParent } from '../../../ports/traceparent.ts'
import { authenticatedBefore, languageOf, type User } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Files } from '../../files/files.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import type { Language } from '../../kernel/language.ts'
import type { PersonalData, Subject } from '../../kernel/personal-data.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { walk } from '../../kernel/walk.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { greetingOf, linkTo } from '../../platform/mail/mail.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import type { MailedPages } from '../../platform/mail/mailed-pages.model.ts'
import type { Registry } from '../registry/registry.ts'
import { bytesOf, createExportFiles, type ExportFiles, livesMs } from './export-files.ts'
import { pageBegin, pageEnd, pageSection } from './export-page.ts'
import { dataExports, type Export, type ExportView } from './exports.model.ts'

const minuteMs = 60_000
const leaseMs = 2 * minuteMs
const linkLivesMs = 5 * minuteMs

type Collected = Extract<PersonalData, { readonly collect: unknown }>
const isCollected = (entry: PersonalData): entry is Collected => 'collect' in entry

/** What is in the ZIP, put together as it is written. */
async function* archiveOf(
  work: Export,
  subject: Subject,
  language: Language,
  stores: readonly Collected[],
  readPart: ExportFiles['readPart'],
): AsyncGenerator<ArchiveEntry> {
  const lastModified = work.requestedAt
  yield {
    name: 'index.html',
    lastModified,
    async *content() {
      yield bytesOf(pageBegin(lastModified, language))
      for (const [part, store] of stores.entries()) {
        const records = JSON.parse(new TextDecoder().decode(await readPart(work, part))) as unknown[]
        yield bytesOf(pageSection(store, records, language))
      }
      yield bytesOf(pageEnd)
    },
  }
  for (const [part, { store }] of stores.entries())
    yield {
      name: `data/${store}.json`,
      lastModified,
      async *content() {
        yield await readPart(work, part)
      },
    }
  for (const { collectFiles } of stores)
    if (collectFiles)
      for await (const { name, ...file } of collectFiles(subject)) yield { ...file, name: `files/${name}` }
}

/** All that is held about a person, as one ZIP: collected store by store, so that a process can go on where another stopped. */
export function createExportData(
  needs: Needs<'archiver' | 'blobs' | 'clock' | 'defer' | 'documents' | 'ids' | 'log' | 'telemetry'>,
  domain: {
    readonly users: Users
    readonly audit: Recording
    readonly mail: Mailing
    readonly files: Pick<Files, 'exports'>
    readonly registry: Pick<Registry, 'entries'>
    readonly settings: { readonly pages: Pick<MailedPages, 'dataExport'> }
  },
) {
  const { archiver, clock, defer, documents, ids, log, telemetry } = needs
  const { users, audit, mail, files, registry, settings } = domain
  const put = createPutDocument(needs)
  const iso = (ms: number) => new Date(ms).toISOString()
  const keyOf = (userId: string) => ({ partition: userId, id: userId })
  const exportFiles = createExportFiles(needs, files)
  const collected = () => registry.entries().filter(isCollected)

  /** The work, when it is this process's turn. */
  async function claim(userId: string): Promise<Export | null> {
    let claimed: Export | null = null
    await put(dataExports, keyOf(userId), (known) => {
      claimed = null
      if (known?.state !== 'preparing' || Date.parse(known.leasedUntil) > clock.now()) return known
      claimed = { ...known, leasedUntil: iso(clock.now() + leaseMs) }
      return claimed
    })
    return claimed
  }
  /** False when it is another export by now, or none, or void. */
  async function note(work: Export, change: Partial<Export>): Promise<boolean> {
    let isOurs = false
    await put(dataExports, keyOf(work.id), (known) => {
      isOurs = known?.exportId === work.exportId && known.state === 'preparing'
      return known && isOurs ? { ...known, ...change } : known
    })
    return isOurs
  }
  async function remove(known: Export, version: string): Promise<void> {
    await exportFiles.remove(known)
    await documents.remove(dataExports, keyOf(known.id), version)
  }
  /** Whether what was asked for may no longer be handed over: only to the person it was asked by, as they are now. */
  const isVoid = ({ epoch, state }: Export, account: User | null): boolean =>
    state === 'void' || !account || account.deletion !== undefined || epoch !== account.securityEpoch

  /**
   * Unless it is the one that the person, as they are now, has asked for. Whoever is making it finds it void and removes
   * what they have made since; should they be gone, it is removed once more when their lease is over.
   */
  async function removeVoid(userId: string): Promise<void> {
    const account = (await users.read(userId))?.value ?? null
    const voided = await put(dataExports, keyOf(userId), (known): Export | null =>
      known && known.state !== 'void' && isVoid(known, account) ? { ...known, state: 'void' } : known,
    )
    if (voided?.value.state !== 'void') return
    await exportFiles.remove(voided.value)
    if (Date.parse(voided.value.leasedUntil) <= clock.now())
      await documents.remove(dataExports, keyOf(userId), voided.version)
  }

  /** But for guests, who have no mailbox. */
  async function tell({ id, exportId }: Export, account: User): Promise<void> {
    const { email, name, role } = account
    if (role === 'guest') return
    await mail.enqueue(
      {
        template: 'data_export_ready',
        to: email,
        language: languageOf(account),
        greeting: greetingOf(name),
        link: linkTo(settings.pages.dataExport),
      },
      `data export ${id} ${exportId}`,
    )
  }

  async function prepare(userId: string): Promise<void> {
    const work = await claim(userId)
    if (work) await telemetry.trace('export', {}, { from: ownTraceParent(work.trace) }, () => make(work))
  }

  async function make(work: Export): Promise<void> {
    const { id: userId } = work
    const account = (await users.read(userId))?.value ?? null
    if (!account || isVoid(work, account)) return removeVoid(userId)
    const subject = { userId, account, addresses: await users.addressesOf(userId) }
    for (const [part, { collect }] of [...collected().entries()].slice(work.collected)) {
      const records = await collect(subject)
      await exportFiles.writePart(work, part, records)
      const isOurs = await note(work, { collected: part + 1, leasedUntil: iso(clock.now() + leaseMs) })
      if (!isOurs) return exportFiles.remove(work)
    }
    await exportFiles.store(
      work,
      archiver.archive(archiveOf(work, subject, languageOf(account), collected(), exportFiles.readPart)),
    )
    // It may have become void while it was being made.
    const latest = (await users.read(userId))?.value ?? null
    const isStillOurs = await note(work, { leasedUntil: iso(clock.now() + leaseMs) })
    if (!isStillOurs || isVoid(work, latest)) {
      await exportFiles.remove(work)
      return removeVoid(userId)
    }
    await tell(work, account)
    const now = clock.now()
    const ready = { state: 'ready', expiresAt: iso(now + livesMs), leasedUntil: iso(now) } as const
    if (!(await note(work, ready))) return exportFiles.remove(work)
    await exportFiles.removeParts(work)
    log.info('data_export_ready')
  }

  const isOver = ({ expiresAt }: Export): boolean => Date.parse(expiresAt) <= clock.now()

  /** Each time it is shown with a link of its own, which is good for a click. */
  async function viewOf({ id, exportId, state, expiresAt }: Export): Promise<ExportView> {
    if (state !== 'ready') return { id: exportId, status: 'preparing' }
    const now = clock.now()
    const lives = Math.min(linkLivesMs, Date.parse(expiresAt) - now)
    const url = await files.exports.sign(id, exportId, 'my-data.zip', lives)
    return { id: exportId, status: 'ready', url, expiresAt: iso(now + lives), availableUntil: expiresAt }
  }

  return {
    /**
     * Starts one, unless there is one of the last day. Throws `invalid_token` where the sessions were ended meanwhile:
     * what somebody else has asked for since is neither touched nor handed over.
     */
    async request(actor: Actor, caller: Caller): Promise<ExportView> {
      const { userId, sessionId, securityEpoch } = actor
      const account = await users.readOwn(actor)
      const now = clock.now()
      const trace = telemetry.context()
      const fresh: Export = {
        id: userId,
        exportId: ids.next(),
        epoch: securityEpoch,
        state: 'preparing',
        collected: 0,
        requestedAt: iso(now),
        expiresAt: iso(now + livesMs),
        leasedUntil: iso(now),
        ...(trace === null ? {} : { trace }),
      }
      const known = await documents.read(dataExports, keyOf(userId))
      if (known?.value.epoch !== undefined && known.value.epoch > securityEpoch) throw authenticatedBefore()
      const isGone = known !== null && (isOver(known.value) || isVoid(known.value, account))
      if (isGone) await exportFiles.remove(known.value)
      const stored = await put(dataExports, keyOf(userId), (latest) =>
        latest && !(isGone && latest.exportId === known.value.exportId) ? latest : fresh,
      )
      if (stored && isVoid(stored.value, account)) throw authenticatedBefore()
      const view = await viewOf(stored?.value ?? fresh)
      if (view.id === fresh.exportId)
        await audit.record(caller, {
          event: 'data.export',
          actorId: userId,
          sessionId,
          resource: { type: 'user', id: userId },
        })
      if (view.status === 'preparing') defer.run('export-data', () => prepare(userId))
      return view
    },

    /** The one there is; null when there is none. Starts nothing. */
    async show(actor: Actor): Promise<ExportView | null> {
      const [known, account] = await Promise.all([
        documents.read(dataExports, keyOf(actor.userId)),
        users.readOwn(actor),
      ])
      const isGone = !known || isOver(known.value) || isVoid(known.value, account)
      return isGone ? null : viewOf(known.value)
    },

    /** After somebody's security epoch was raised, or their account is to go. */
    removeVoid,

    /** Goes on with what a crash or a failure left, also of removing. One that fails does not keep the others from their turn. */
    async prepareAll(): Promise<void> {
      for await (const { value } of walk((after) => documents.scan(dataExports, after)))
        try {
          await (value.state === 'preparing' ? prepare(value.id) : removeVoid(value.id))
        } catch (error) {
          log.error('export_interrupted', error)
        }
    },

    async countOver(): Promise<number> {
      let count = 0
      for await (const { value } of walk((after) => documents.scan(dataExports, after)))
        if (isOver(value)) count++
      return count
    },

    async removeOver(): Promise<number> {
      let count = 0
      for await (const { value, version } of walk((after) => documents.scan(dataExports, after)))
        if (isOver(value)) {
          await remove(value, version)
          count++
        }
      await exportFiles.removeLeft()
      return count
    },

    async erase({ userId }: Subject): Promise<void> {
      const stored = await documents.read(dataExports, keyOf(userId))
      if (stored) await exportFiles.remove(stored.value)
      await documents.remove(dataExports, keyOf(userId))
    },
  }
}

export type ExportData = ReturnType<typeof createExportData>
