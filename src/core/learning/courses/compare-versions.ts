import type { CourseVersion, VersionDifference } from './courses.model.ts'
import { type LessonOutline, secondsOf } from './lessons.model.ts'
import type { CourseModule } from './modules.model.ts'

const named = ({ id, title }: LessonOutline) => ({ id, title })

const isSame = (a: LessonOutline, b: LessonOutline): boolean =>
  a.contentId === b.contentId &&
  a.title === b.title &&
  a.description === b.description &&
  secondsOf(a) === secondsOf(b) &&
  a.minimumSeconds === b.minimumSeconds &&
  a.watchPercent === b.watchPercent

const isSameModules = (a: readonly CourseModule[] = [], b: readonly CourseModule[] = []): boolean =>
  a.length === b.length && a.every(({ id, title }, index) => b[index]?.id === id && b[index]?.title === title)

/** What somebody who moves from one version to another will find different. */
export function compareVersions(from: CourseVersion, to: CourseVersion): VersionDifference {
  const before = new Map(from.lessons.map((lesson) => [lesson.id, lesson]))
  const after = new Map(to.lessons.map((lesson) => [lesson.id, lesson]))
  const kept = to.lessons.flatMap((lesson) => {
    const old = before.get(lesson.id)
    return old ? [{ old, lesson }] : []
  })
  const oldOrder = from.lessons.filter(({ id }) => after.has(id)).map(({ id }) => id)
  return {
    from: from.number,
    to: to.number,
    added: to.lessons.filter(({ id }) => !before.has(id)).map(named),
    removed: from.lessons.filter(({ id }) => !after.has(id)).map(named),
    changed: kept.filter(({ old, lesson }) => !isSame(old, lesson)).map(({ lesson }) => named(lesson)),
    isReordered: kept.some(({ lesson }, index) => lesson.id !== oldOrder[index]),
    hasOtherModules:
      !isSameModules(from.modules, to.modules) ||
      kept.some(({ old, lesson }) => (old.moduleId ?? null) !== (lesson.moduleId ?? null)),
  }
}

export const isUnchanged = ({
  added,
  removed,
  changed,
  isReordered,
  hasOtherModules,
}: VersionDifference): boolean =>
  added.length + removed.length + changed.length === 0 && !isReordered && !hasOtherModules
