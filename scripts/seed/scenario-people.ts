import type { Caller } from '../../src/core/kernel/actor.ts'
import { ImportedCourse } from '../../src/core/learning/courses/import-courses.ts'
import type { CoursePlan, EnrolmentPlan, PersonPlan, SignIn } from './plan.ts'
import { createRandom, type Random } from './random.ts'
import type { Sizes } from './sizes.ts'
import { nameOf, sentenceOf, topicOf } from './words.ts'

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

/** Accounts were made in these days before the end, courses before all of them. */
const accountsFromDays = 730
const accountsUntilDays = 100
/** Devices were signed in on the last day. */
const devicesFromMs = 20 * hourMs

const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
] as const

export function callerOf(random: Random, ms: number, userAgent: string = random.pick(agents)): Caller {
  const address = `198.51.${random.int(100)}.${random.between(1, 255)}`
  return { requestId: random.uuid(ms), address, site: null, userAgent, language: 'en' }
}

/** A share of `total` for the one of that number, as even as can be. */
const shareOf = (total: number, index: number, count: number): number =>
  count === 0 ? 0 : Math.floor(total / count) + (index < total % count ? 1 : 0)

export interface PeopleSettings {
  readonly seed: string
  readonly sizes: Sizes
  readonly untilMs: number
  /** How long before the end a sign-in lies whose session has been forgotten. */
  readonly forgottenAfterMs: number
}

/** Who there is and what they learned. Staff come first: admins, then mentors; each learner belongs to one of them. */
export function describePeople({ seed, sizes, untilMs, forgottenAfterMs }: PeopleSettings) {
  const { people, courses, enrollments, sessions, audit } = sizes
  const admins = people === 0 ? 0 : Math.max(1, Math.round(people / 2_000))
  const mentors = people < 4 ? 0 : Math.max(1, Math.round(people / 50))
  const staff = admins + mentors
  /** Those who have learners: mentors, or admins where there are none. */
  const leaders = mentors > 0 ? { first: admins, count: mentors } : { first: 0, count: admins }
  const spanMs = (accountsFromDays - accountsUntilDays) * dayMs
  const createdAtMs = (i: number) =>
    untilMs - accountsFromDays * dayMs + Math.floor((i * spanMs) / Math.max(1, people))
  const leaderOf = (i: number): number | null =>
    i < staff || leaders.count === 0 ? null : leaders.first + ((i - staff) % leaders.count)
  const idOf = (i: number): string => createRandom(seed, 'person', i).uuid(createdAtMs(i))
  const lessonsOf = (c: number): number => 3 + createRandom(seed, 'lessons', c).int(6)

  function basics(i: number): Omit<PersonPlan, 'mentor' | 'signIns' | 'enrolments'> {
    return {
      id: idOf(i),
      email: `person${i + 1}@seed-${seed}.example.org`,
      name: nameOf(createRandom(seed, 'name', i)),
      role: i < admins ? 'admin' : i < staff ? 'mentor' : 'user',
      createdAtMs: createdAtMs(i),
    }
  }

  /** Different courses, the first of them more often. */
  function coursesOf(random: Random, count: number): readonly number[] {
    if (count * 2 > courses) return Array.from({ length: count }, (_, i) => i)
    const chosen = new Set<number>()
    while (chosen.size < count) chosen.add(Math.floor(random.next() ** 2 * courses))
    return [...chosen]
  }

  function enrolmentsOf(i: number): readonly EnrolmentPlan[] {
    const random = createRandom(seed, 'enrolments', i)
    const latestMs = untilMs - 30 * dayMs
    return coursesOf(random, shareOf(enrollments, i, people)).map((course) => {
      const atMs = createdAtMs(i) + 2 * dayMs + random.int(60 * dayMs)
      const lessons = lessonsOf(course)
      const completedAtMs: number[] = []
      let lastMs = atMs
      for (let n = random.chance(0.3) ? lessons : random.int(lessons); n > 0; n--) {
        lastMs += random.between(10 * minuteMs, 5 * dayMs)
        if (lastMs > latestMs) break
        completedAtMs.push(lastMs)
      }
      const isRated = completedAtMs.length === lessons && random.chance(0.5)
      const rating = { stars: random.between(1, 6), atMs: lastMs + hourMs }
      return { course, atMs, completedAtMs, rating: isRated ? rating : null }
    })
  }

  function signInsOf(i: number): readonly SignIn[] {
    const random = createRandom(seed, 'sign-ins', i)
    const device = random.pick(agents)
    const signIn = (atMs: number, isKept: boolean): SignIn => ({
      sessionId: random.uuid(atMs),
      atMs,
      caller: callerOf(random, atMs, device),
      isKept,
    })
    const first = createdAtMs(i) + minuteMs
    const forgotten = Math.max(1, untilMs - forgottenAfterMs - first)
    return [
      ...Array.from({ length: shareOf(audit, i, people) }, () =>
        signIn(first + random.int(forgotten), false),
      ),
      ...Array.from({ length: shareOf(sessions, i, people) }, () =>
        signIn(untilMs - hourMs - random.int(devicesFromMs), true),
      ),
    ]
  }

  return {
    admins,
    staff,
    leaders,
    idOf,
    basics,
    person(i: number): PersonPlan {
      const leader = leaderOf(i)
      return {
        ...basics(i),
        mentor: leader === null ? null : { id: idOf(leader), atMs: createdAtMs(i) + hourMs },
        signIns: signInsOf(i),
        enrolments: enrolmentsOf(i),
      }
    },
    course(c: number): CoursePlan {
      const random = createRandom(seed, 'course', c)
      const atMs = untilMs - (accountsFromDays + 10) * dayMs + c
      const lessons = Array.from({ length: lessonsOf(c) }, (_, n) => ({
        key: `lesson-${n + 1}`,
        title: `${n + 1}. ${sentenceOf(random, 2, 5)}`,
        description: sentenceOf(random, 5, 12),
        duration: random.between(5, 60),
        content: `# ${sentenceOf(random, 3, 6)}\n\n${sentenceOf(random, 40, 120)}`,
      }))
      const row = ImportedCourse.parse({
        key: `seed-${seed}-${c + 1}`,
        title: `${topicOf(random)} ${c + 1}`,
        description: sentenceOf(random, 15, 40),
        category: random.pick(['job-readiness', 'education', 'life-skills', 'tech'] as const),
        level: random.pick(['beginner', 'intermediate', 'advanced'] as const),
        isSequential: random.chance(0.5),
        lessons,
      })
      return { row, atMs, contentIds: lessons.map(() => random.uuid(atMs)), versionId: random.uuid(atMs) }
    },
  }
}

export type People = ReturnType<typeof describePeople>
