import type { ErrorDetail } from '../../kernel/errors.ts'
import { filled } from '../../kernel/messages/said.ts'
import type { ImportMemory, Sayings } from './import-memory.model.ts'
import {
  type ImportNotice,
  keptEdit,
  keptRemoval,
  keptWithoutFile,
  removed as left,
} from './import-notices.ts'
import { lessonDefaults } from './lesson-fields.ts'
import { maxLessons, type NewLesson, UpdateLesson } from './lessons.model.ts'
import { type Fields, isSame, type MergedFields, mergeFields, sayingsOf } from './merge-fields.ts'
import { mergeOrder } from './merge-order.ts'
import { type GivenModule, type PlannedModules, planModules } from './plan-modules.ts'

export interface GivenLesson {
  readonly id: string
  readonly key: string
  /** What the file names. */
  readonly named: Fields
  /** With what a new lesson has besides. */
  readonly whole: NewLesson
}

export interface GivenCourse {
  readonly named: Fields
  /** Null where the file says nothing of modules. */
  readonly modules: readonly GivenModule[] | null
  readonly lessons: readonly GivenLesson[]
}

export interface KnownCourse {
  readonly fields: Fields
  /** In the order of the draft. */
  readonly modules: readonly { readonly id: string; readonly title: string }[]
  readonly lessons: readonly { readonly id: string; readonly fields: Fields }[]
  readonly memory: ImportMemory | null
}

export interface ImportPlan {
  readonly course: Fields
  readonly modules: PlannedModules['modules']
  /** Once the lessons are where they belong. */
  readonly leavingModules: readonly string[]
  readonly added: readonly GivenLesson[]
  readonly changed: readonly { readonly id: string; readonly changes: Fields }[]
  readonly removed: readonly string[]
  /** Of all lessons that will be there. */
  readonly order: readonly string[]
  readonly memory: Pick<ImportMemory, 'course' | 'modules' | 'lessons'>
  readonly notices: readonly ImportNotice[]
  /** What keeps the row from being imported. */
  readonly problems: readonly ErrorDetail[]
  readonly isEmpty: boolean
}

const courseDefaults: Fields = {
  thumbnail: null,
  thumbnailFileId: null,
  isSequential: false,
  capacity: null,
  enrollmentMode: 'open',
  prerequisites: [],
  'instructor.avatar': null,
  'instructor.bio': '',
}

const fitsLesson = (field: string, value: unknown): boolean =>
  UpdateLesson.safeParse({ [field]: value }).success
const without = (fields: Fields, name: string): Fields => {
  const { [name]: _, ...others } = fields
  return others
}

/** As if the file did not name that field, but that it is named among what was kept. */
function withoutField(merged: MergedFields, said: Sayings, field: string): MergedFields {
  const before = said[field]
  const says = without(merged.says, field) as Sayings
  return {
    changes: without(merged.changes, field),
    kept: [...merged.kept, field],
    says: before === undefined ? says : { ...says, [field]: before },
  }
}

interface LessonsPlan
  extends Pick<ImportPlan, 'added' | 'changed' | 'removed' | 'order' | 'notices' | 'problems'> {
  readonly said: ImportMemory['lessons']
}

async function planLessons(
  given: readonly GivenLesson[],
  known: KnownCourse,
  moduleIds: ReadonlySet<unknown>,
  isOverwriting: boolean,
): Promise<LessonsPlan> {
  const remembered = known.memory?.lessons ?? []
  const byId = new Map(remembered.map((lesson) => [lesson.id, lesson]))
  const here = new Map(known.lessons.map(({ id, fields }) => [id, fields]))
  const notices: ImportNotice[] = []
  const added: GivenLesson[] = []
  const changed: { id: string; changes: Fields }[] = []
  const said: { id: string; key: string; says: Sayings }[] = []

  async function mergeLesson({ named }: GivenLesson, says: Sayings, current: Fields): Promise<MergedFields> {
    let merged = await mergeFields(
      { said: says, given: named, current },
      { defaults: lessonDefaults, fits: fitsLesson, isOverwriting },
    )
    // A video that was attached here stays: a lesson has one.
    if (typeof merged.changes['videoUrl'] === 'string' && typeof current['videoFileId'] === 'string')
      merged = isOverwriting
        ? { ...merged, changes: { ...merged.changes, videoFileId: null } }
        : withoutField(merged, says, 'videoUrl')
    const { moduleId = null } = merged.changes
    return moduleId === null || moduleIds.has(moduleId) ? merged : withoutField(merged, says, 'moduleId')
  }

  for (const lesson of given) {
    const { id, key, named, whole } = lesson
    const [before, current] = [byId.get(id), here.get(id)]
    if (current) {
      const { changes, kept, says } = await mergeLesson(lesson, before?.says ?? {}, current)
      notices.push(...kept.map((field) => keptEdit(key, field)))
      if (Object.keys(changes).length > 0) changed.push({ id, changes })
      said.push({ id, key, says })
      continue
    }
    const isNews = !before || (await saysAnew(before.says, named))
    if (before && !(isNews && isOverwriting)) {
      if (isNews) notices.push(keptRemoval(key, ''))
      said.push(before)
      continue
    }
    const isInModule = whole.moduleId === null || moduleIds.has(whole.moduleId)
    if (!isInModule) notices.push(keptRemoval(key, 'module'))
    added.push(isInModule ? lesson : { ...lesson, whole: { ...whole, moduleId: null } })
    said.push({ id, key, says: await sayingsOf({ ...whole }) })
  }

  const named = new Set(given.map(({ id }) => id))
  const byDefault = await sayingsOf(lessonDefaults)
  const removed: string[] = []
  for (const lesson of remembered) {
    const current = here.get(lesson.id)
    if (named.has(lesson.id) || !current) continue
    const now = await sayingsOf(current)
    const isEdited = Object.keys(now).some(
      (field) => !isDerived(field) && !isSame(now[field], lesson.says[field] ?? byDefault[field]),
    )
    if (isEdited && !isOverwriting) {
      notices.push(keptWithoutFile(lesson.key, ''))
      said.push(lesson)
    } else {
      notices.push(left(lesson.key, ''))
      removed.push(lesson.id)
    }
  }

  const { order, isKept } = mergeOrder(
    {
      said: remembered.map(({ id }) => id),
      given: given.map(({ id }) => id),
      current: known.lessons.map(({ id }) => id).filter((id) => !removed.includes(id)),
    },
    added.map(({ id }) => id),
    isOverwriting,
  )
  if (isKept) notices.push(keptEdit(null, 'lessons'))
  const tooMany: ErrorDetail = {
    path: 'lessons',
    code: 'too_many_lessons',
    message: filled('Would make {count} lessons with those that were added here; {max} is the most.', {
      count: order.length,
      max: maxLessons,
    }),
  }
  return {
    added,
    changed,
    removed,
    order,
    said,
    notices,
    problems: order.length > maxLessons ? [tooMany] : [],
  }
}

/** Minutes and seconds follow from each other, and from the length of a video. */
const isDerived = (field: string): boolean => field === 'duration' || field === 'durationSeconds'

/** Whether the file says other than before of what it names. */
async function saysAnew(before: Sayings, named: Fields): Promise<boolean> {
  const now = await sayingsOf(named)
  return Object.keys(now).some((field) => !isSame(now[field], before[field]))
}

/** What has to be done so that what changed in the file changes here, and nothing else does. */
export async function planImport(
  given: GivenCourse,
  known: KnownCourse,
  isOverwriting: boolean,
): Promise<ImportPlan> {
  const { memory } = known
  const card = await mergeFields(
    { said: memory?.course ?? {}, given: given.named, current: known.fields },
    { defaults: courseDefaults, fits: () => false, isOverwriting },
  )
  const planned = await planModules(given.modules, memory?.modules ?? [], known.modules, isOverwriting)
  const moduleIds = new Set(planned.modules.map(({ id }) => id))
  const lessons = await planLessons(given.lessons, known, moduleIds, isOverwriting)
  const { added, changed, removed, order } = lessons

  const changesOf = new Map(changed.map(({ id, changes }) => [id, changes]))
  const used = new Set([
    ...added.map(({ whole }) => whole.moduleId),
    ...known.lessons
      .filter(({ id }) => !removed.includes(id))
      .map(({ id, fields }) => ({ ...fields, ...changesOf.get(id) })['moduleId' as never] as unknown),
  ])
  const staying = planned.leaving.filter(({ id }) => used.has(id))
  const leaving = planned.leaving.filter(({ id }) => !used.has(id))
  const isEmpty =
    Object.keys(card.changes).length + added.length + changed.length + removed.length + leaving.length ===
      0 &&
    isSame(
      order,
      known.lessons.map(({ id }) => id),
    ) &&
    isSame(
      planned.modules.map(({ id, title }) => [id, title]),
      known.modules.map(({ id, title }) => [id, title]),
    )
  return {
    course: card.changes,
    modules: planned.modules,
    leavingModules: leaving.map(({ id }) => id),
    added,
    changed,
    removed,
    order,
    memory: { course: card.says, modules: [...planned.said, ...staying], lessons: lessons.said },
    notices: [
      ...card.kept.map((field) => keptEdit(null, field)),
      ...planned.notices,
      ...staying.map(({ key }) => keptWithoutFile(null, `modules.${key}`)),
      ...leaving.map(({ key }) => left(null, `modules.${key}`)),
      ...lessons.notices,
    ],
    problems: [...planned.problems, ...lessons.problems],
    isEmpty,
  }
}
