import type { ArchiveEntry } from '../../../ports/archiver.ts'
import { BlobExists, type BlobName } from '../../../ports/blobs.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { User } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Files } from '../../files/files.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import type { PersonalData, Subject } from '../../kernel/personal-data.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { walk } from '../../kernel/walk.ts'
import type { Audit } from '../../platform/audit/audit.ts'
import { greetingOf, linkTo } from '../../platform/mail/mail.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import type { Registry } from '../registry/registry.ts'
import { pageBegin, pageEnd, pageSection } from './export-page.ts'
import { dataExports, type Export, type ExportView } from './exports.model.ts'

const minuteMs = 60_000
const leaseMs = 2 * minuteMs
const livesMs = 24 * 60 * minuteMs

type Collected = Extract<PersonalData, { readonly collect: unknown }>
const isCollected = (entry: PersonalData): entry is Collected => 'collect' in entry

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

/** All that is held about a person, as one ZIP: collected store by store, so that a process can go on where another stopped. */
export function createExportData(
  needs: Needs<'archiver' | 'blobs' | 'clock' | 'defer' | 'documents' | 'ids' | 'log'>,
  domain: {
    readonly users: Users
    readonly audit: Audit
    readonly mail: Mailing
    readonly files: Pick<Files, 'exports'>
    readonly registry: Pick<Registry, 'entries'>
    readonly settings: { readonly portalOrigin: string }
  },
) {
  const { archiver, blobs, clock, defer, documents, ids, log } = needs
  const { users, audit, mail, files, registry, settings } = domain
  const put = createPutDocument(needs)
  const iso = (ms: number) => new Date(ms).toISOString()
  const keyOf = (userId: string) => ({ partition: userId, id: userId })
  const partName = ({ id, exportId }: Export, part: number): BlobName => ({
    container: 'exports',
    path: `${id}/${exportId}/${part}.json`,
  })
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
  /** False when it is another export by now, or none. */
  async function note(work: Export, change: Partial<Export>): Promise<boolean> {
    const stored = await put(dataExports, keyOf(work.id), (known) =>
      known?.exportId === work.exportId ? { ...known, ...change } : known,
    )
    return stored?.value.exportId === work.exportId
  }
  async function writeOnce(write: () => Promise<unknown>): Promise<void> {
    try {
      await write()
    } catch (error) {
      // This step was done, and not noted.
      if (!(error instanceof BlobExists)) throw error
    }
  }
  async function readPart(work: Export, part: number): Promise<Uint8Array<ArrayBuffer>> {
    const name = partName(work, part)
    const facts = await blobs.head(name)
    const bytes = facts && (await blobs.read(name, { offset: 0, length: facts.size }))
    if (!bytes) throw notFound()
    return bytes
  }

  async function* entriesOf(work: Export, subject: Subject): AsyncGenerator<ArchiveEntry> {
    const lastModified = work.requestedAt
    const stores = collected()
    yield {
      name: 'index.html',
      lastModified,
      async *content() {
        yield bytesOf(pageBegin(lastModified))
        for (const [part, { store, purpose }] of stores.entries()) {
          const records = JSON.parse(new TextDecoder().decode(await readPart(work, part))) as unknown[]
          yield bytesOf(pageSection(store, purpose, records))
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

  /** The parts too, those of an export that was cut off among them. */
  async function remove({ id, exportId }: Export, version: string): Promise<void> {
    await files.exports.remove(id, exportId)
    for (const path of await partsOf(id, exportId)) await blobs.delete({ container: 'exports', path })
    await documents.remove(dataExports, keyOf(id), version)
  }
  async function partsOf(userId: string, exportId: string): Promise<readonly string[]> {
    const { items } = await blobs.list('exports', { prefix: `${userId}/${exportId}/`, limit: 1_000 })
    return items.map(({ path }) => path)
  }

  async function tell({ id, exportId }: Export, { email, name }: User): Promise<void> {
    await mail.enqueue(
      {
        template: 'data_export_ready',
        to: email,
        greeting: greetingOf(name),
        link: linkTo(settings.portalOrigin, '/data-export'),
      },
      `data export ${id} ${exportId}`,
    )
  }

  async function prepare(userId: string): Promise<void> {
    const work = await claim(userId)
    if (!work) return
    const account = (await users.read(userId))?.value ?? null
    if (!account || account.deletion) {
      const stored = await documents.read(dataExports, keyOf(userId))
      if (stored) await remove(stored.value, stored.version)
      return
    }
    const subject = { userId, account, addresses: await users.addressesOf(userId) }
    for (const [part, { collect }] of [...collected().entries()].slice(work.collected)) {
      const records = await collect(subject)
      await writeOnce(() => blobs.write(partName(work, part), bytesOf(JSON.stringify(records, null, 2))))
      const isOurs = await note(work, { collected: part + 1, leasedUntil: iso(clock.now() + leaseMs) })
      if (!isOurs) return
    }
    await writeOnce(() =>
      files.exports.store(userId, work.exportId, archiver.archive(entriesOf(work, subject))),
    )
    await tell(work, account)
    await note(work, { state: 'ready', expiresAt: iso(clock.now() + livesMs) })
    for (const path of await partsOf(userId, work.exportId))
      await blobs.delete({ container: 'exports', path })
    log.info('data_export_ready')
  }

  const isOver = ({ expiresAt }: Export): boolean => Date.parse(expiresAt) <= clock.now()

  return {
    /** Starts one, unless there is one of the last day. */
    async request(actor: Actor, caller: Caller): Promise<ExportView> {
      const { userId, sessionId } = actor
      const now = clock.now()
      const fresh: Export = {
        id: userId,
        exportId: ids.next(),
        state: 'preparing',
        collected: 0,
        requestedAt: iso(now),
        expiresAt: iso(now + livesMs),
        leasedUntil: iso(now),
      }
      const known = await documents.read(dataExports, keyOf(userId))
      if (known && isOver(known.value)) await remove(known.value, known.version)
      const stored = await put(dataExports, keyOf(userId), (latest) => latest ?? fresh)
      const { exportId, state, expiresAt } = stored?.value ?? fresh
      if (exportId === fresh.exportId)
        await audit.record(caller, {
          event: 'data.export',
          actorId: userId,
          sessionId,
          resource: { type: 'user', id: userId },
        })
      if (state === 'preparing') {
        defer.run('export-data', () => prepare(userId))
        return { id: exportId, status: 'preparing' }
      }
      const url = await files.exports.sign(userId, exportId, 'my-data.zip', Date.parse(expiresAt) - now)
      return { id: exportId, status: 'ready', url, expiresAt }
    },

    /** Goes on with what a crash or a failure left. One that fails does not keep the others from their turn. */
    async prepareAll(): Promise<void> {
      for await (const { value } of walk((after) => documents.scan(dataExports, after)))
        if (value.state === 'preparing')
          try {
            await prepare(value.id)
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
      return count
    },

    async erase({ userId }: Subject): Promise<void> {
      const stored = await documents.read(dataExports, keyOf(userId))
      if (stored) await remove(stored.value, stored.version)
    },
  }
}

export type ExportData = ReturnType<typeof createExportData>
