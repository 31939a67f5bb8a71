import type { Needs } from '../../ports/ports.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Question } from '../kernel/events.ts'
import { foldText } from '../kernel/fold-text.ts'
import { pageOf, refusingBadCursors } from '../kernel/paging.ts'
import type { OwnFile, OwnFileQuery, OwnFiles } from './file-list.model.ts'
import {
  type BoundTo,
  type FileBinding,
  type FileSettings,
  type FileView,
  files,
  filesByOwner,
  type StoredFile,
} from './files.model.ts'

/** How many files one request looks at for those that were asked for. */
const scannedAtMost = 1_000
const scannedAtOnce = 100

/** Of somebody in this role. */
export const quotaOf = (role: Actor['role'], { quotaBytes, authorQuotaBytes }: FileSettings): number =>
  role === 'mentor' || role === 'admin' ? authorQuotaBytes : quotaBytes

/** Somebody's own files, newest first, where each is used, and how much of their space they take. */
export const createListOwnFiles =
  (
    { documents }: Needs<'documents'>,
    {
      settings,
      bindings,
      viewOf,
    }: {
      readonly settings: FileSettings
      readonly bindings: Question<FileBinding['kind'], BoundTo>
      readonly viewOf: (file: StoredFile) => FileView
    },
  ) =>
  async (actor: Actor, query: OwnFileQuery): Promise<OwnFiles> => {
    const partition = actor.userId
    const part = foldText(query.q ?? '').trim()
    const isAskedFor = (file: StoredFile): boolean =>
      (query.category === undefined || file.category === query.category) && foldText(file.name).includes(part)

    const found: StoredFile[] = []
    let after = query.cursor
    for (let scanned = 0; scanned < scannedAtMost && found.length < query.limit; ) {
      // No more at once than may be found: the cursor has to stand right after the last one that is answered.
      const limit = Math.min(scannedAtOnce, query.limit - found.length)
      const page = await refusingBadCursors(() =>
        documents.query(filesByOwner, {
          path: 'byKind',
          partition,
          equals: { kind: 'file' },
          direction: 'desc',
          limit,
          ...(after === undefined ? {} : { after }),
        }),
      )
      const read = await Promise.all(
        page.items.map(({ value: { id } }) => documents.read(files, { partition: id, id })),
      )
      for (const stored of read)
        if (stored?.value.ownerId === partition && isAskedFor(stored.value)) found.push(stored.value)
      scanned += page.items.length
      after = page.next
      if (after === undefined) break
    }

    const titles = new Map<string, Promise<string | null>>()
    const usedIn = async (binding: FileBinding | null): Promise<OwnFile['usedIn']> => {
      if (!binding) return null
      const { kind, id } = binding
      const title = titles.get(id) ?? bindings.of(kind)?.titleFor(actor, binding) ?? Promise.resolve(null)
      titles.set(id, title)
      return { kind, id, title: await title }
    }
    const [quota, items] = await Promise.all([
      documents.read(filesByOwner, { partition, id: 'quota' }),
      Promise.all(
        found.map(
          async (file): Promise<OwnFile> => ({
            ...viewOf(file),
            state: file.state,
            usedIn: await usedIn(file.binding),
          }),
        ),
      ),
    ])
    return {
      ...pageOf(items, after),
      quota: { usedBytes: quota?.value.bytes ?? 0, limitBytes: quotaOf(actor.role, settings) },
    }
  }
