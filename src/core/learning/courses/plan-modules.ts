import type { ErrorDetail } from '../../kernel/errors.ts'
import { filled } from '../../kernel/messages/said.ts'
import type { RememberedPart } from './import-memory.model.ts'
import { type ImportNotice, keptEdit, keptRemoval, keptWithoutFile } from './import-notices.ts'
import { isSame, mergeFields, sayingsOf } from './merge-fields.ts'
import { mergeOrder } from './merge-order.ts'
import { maxModules } from './modules.model.ts'

export interface GivenModule {
  readonly id: string
  readonly key: string
  readonly title: string
}

export interface PlannedModules {
  /** That will be there before the last step, in order. */
  readonly modules: readonly { readonly id: string; readonly title: string }[]
  /** Of these: no longer in the file, to be removed in the last step where no lesson is in them. */
  readonly leaving: readonly RememberedPart[]
  readonly said: readonly RememberedPart[]
  readonly notices: readonly ImportNotice[]
  readonly problems: readonly ErrorDetail[]
}

/** What becomes of the modules; `given` is null where the file says nothing of any. */
export async function planModules(
  given: readonly GivenModule[] | null,
  memory: readonly RememberedPart[],
  known: readonly { readonly id: string; readonly title: string }[],
  isOverwriting: boolean,
): Promise<PlannedModules> {
  if (given === null) return { modules: known, leaving: [], said: memory, notices: [], problems: [] }
  const notices: ImportNotice[] = []
  const remembered = new Map(memory.map((part) => [part.id, part]))
  const titles = new Map(known.map(({ id, title }) => [id, title]))
  const added: string[] = []
  const said: RememberedPart[] = []
  for (const { id, key, title } of given) {
    const [before, current] = [remembered.get(id), titles.get(id)]
    const named = { title }
    const path = `modules.${key}`
    if (current !== undefined) {
      const merged = await mergeFields(
        { said: before?.says ?? {}, given: named, current: { title: current } },
        { defaults: {}, fits: () => false, isOverwriting },
      )
      if (merged.kept.length > 0) notices.push(keptEdit(null, `${path}.title`))
      if ('title' in merged.changes) titles.set(id, title)
      said.push({ id, key, says: merged.says })
      continue
    }
    const says = await sayingsOf(named)
    const isNews = !before || !isSame(before.says, says)
    if (before && !(isNews && isOverwriting)) {
      if (isNews) notices.push(keptRemoval(null, path))
      said.push(before)
      continue
    }
    added.push(id)
    titles.set(id, title)
    said.push({ id, key, says })
  }
  const leaving: RememberedPart[] = []
  for (const part of memory) {
    const current = titles.get(part.id)
    if (current === undefined || said.some(({ id }) => id === part.id)) continue
    const isEdited = !isSame(await sayingsOf({ title: current }), part.says)
    if (isEdited && !isOverwriting) {
      notices.push(keptWithoutFile(null, `modules.${part.key}`))
      said.push(part)
    } else leaving.push(part)
  }
  const { order, isKept } = mergeOrder(
    {
      said: memory.map(({ id }) => id),
      given: given.map(({ id }) => id),
      current: known.map(({ id }) => id),
    },
    added,
    isOverwriting,
  )
  if (isKept) notices.push(keptEdit(null, 'modules'))
  const tooMany: ErrorDetail = {
    path: 'modules',
    code: 'too_many_modules',
    message: filled('Would make {count} modules with those that were added here; {max} is the most.', {
      count: order.length,
      max: maxModules,
    }),
  }
  return {
    modules: order.map((id) => ({ id, title: titles.get(id) ?? '' })),
    leaving,
    said,
    notices,
    problems: order.length > maxModules ? [tooMany] : [],
  }
}
