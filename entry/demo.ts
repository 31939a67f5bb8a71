import type { createApp } from '../src/app/create-app.ts'
import type { User } from '../src/core/accounts/users/users.model.ts'
import { AppError } from '../src/core/kernel/errors.ts'
import { importedId } from '../src/core/learning/courses/importer.model.ts'
import type { Ports } from '../src/ports/ports.ts'
import { demoPassword, demoStaff } from '../src/routes/demo-accounts.ts'
import sampleCourses from './sample-courses.json' with { type: 'json' }
import { pictureOfCourse, pictureOfInstructor } from './sample-pictures.ts'

export { demoPassword, demoStaff }

const firstNames = ['Alicia', 'Ben', 'Chidi', 'Dolores', 'Esteban', 'Fatima', 'Grace', 'Huy', 'Ines', 'Jamal']
const lastNames = ['Alvarez', 'Brooks', 'Chen', 'Diaz']

const learners = lastNames.flatMap((last) =>
  firstNames.map((first) => ({
    email: `${first}.${last}@example.org`.toLowerCase(),
    name: `${first} ${last}`,
    role: 'user' as const,
  })),
)

type App = ReturnType<typeof createApp>
type Samples = Pick<App, 'users' | 'courses' | 'enrollments'>

const isKnown = (error: unknown, code: string): boolean => error instanceof AppError && error.code === code

/** People without a password, in whom nobody can sign in: a catalog that nobody has rated looks as if nobody came. */
const raters = ['One', 'Two'].map((number) => ({
  email: `sample.learner.${number}@example.org`.toLowerCase(),
  name: `Sample Learner ${number}`,
  passwordHash: null,
}))
/** Of the n-th course by each of them. */
const ratingsOf = (course: number): readonly number[] => [5 - (course % 2), 3 + (course % 3)]

/** What is there already is fine. */
async function unlessKnown(code: string, work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    if (!isKnown(error, code)) throw error
    return false
  }
}

const sampleIds = () => Promise.all(sampleCourses.map(({ key }) => importedId(key)))

/** Each takes every course to its end, and says what they think of it. */
async function rateCourses({ users, courses, enrollments }: Samples) {
  const courseIds = await sampleIds()
  let hasNews = false
  async function rate(learner: User, courseId: string, rating: number): Promise<void> {
    const known = await courses.members.read(courseId, learner.id)
    // Whom somebody has taken out of it since, and what was taken out of the catalog, stays out.
    if (
      known?.rating ||
      known?.kind === 'former' ||
      (await courses.readCourse(courseId))?.value.state !== 'published'
    )
      return
    await unlessKnown('already_enrolled', enrollments.participation.enrol(learner, courseId))
    for (const { id } of (await enrollments.study.listLessons(learner.id, courseId)).items)
      await enrollments.study.complete(learner, courseId, id, {})
    await enrollments.study.rate(learner, courseId, rating)
    hasNews = true
  }
  await Promise.all(
    raters.map(async (rater, index) => {
      const found = await users.findByEmail(rater.email)
      if (!found) return
      for (const [at, courseId] of courseIds.entries())
        await rate(found.value, courseId, ratingsOf(at)[index] ?? 5)
    }),
  )
  if (hasNews) await courses.showCounts(courseIds)
}

/**
 * Ten courses with their pictures, which two people have taken and rated, so that a catalogue is neither empty nor bare.
 * Answers how many there are. `publicOrigin`: where this server is.
 */
export async function seedCourses(app: Samples, publicOrigin: string): Promise<number> {
  // Before the courses: by them a later start sees that this one was stopped.
  for (const rater of raters) await unlessKnown('user_exists', app.users.createAccount(rater))
  const pictures = `${publicOrigin}/api/v1/sample-pictures`
  const illustrated = sampleCourses.map((course) => ({
    ...course,
    thumbnail: `${pictures}/${pictureOfCourse(course.key)}`,
    instructor: {
      ...course.instructor,
      avatar: `${pictures}/${pictureOfInstructor(course.instructor.name)}`,
    },
  }))
  const results = await Promise.all(illustrated.map((course) => app.courses.importCourses([course])))
  const invalid = results.flat().find(({ outcome }) => outcome === 'invalid')
  if (invalid) throw new Error(`a sample course is invalid: ${JSON.stringify(invalid.problems)}`)
  await rateCourses(app)
  return results.length
}

/**
 * Whether a start was stopped while it made them. They are rated one after the other: the last of those that are there says it.
 * Where somebody has taken that one, or those who rate, away since, it is finished.
 */
async function areSamplesUnfinished({ users, courses }: Samples): Promise<boolean> {
  const people = await Promise.all(raters.map(({ email }) => users.findByEmail(email)))
  const found = await Promise.all((await sampleIds()).map((id) => courses.readCourse(id)))
  const last = found.findLast((course) => course !== null)?.value
  if (!last || last.state === 'archived') return false
  for (const person of people) {
    if (!person) return false
    const member = await courses.members.read(last.id, person.value.id)
    if (member?.kind !== 'former' && !member?.rating) return true
  }
  return false
}

/** At a start: into an empty catalog, or on from where the start before was stopped. Null where there is nothing to do. */
export async function makeSampleCourses(app: Samples, publicOrigin: string): Promise<number | null> {
  const isToDo = (await app.courses.isEmpty()) || (await areSamplesUnfinished(app))
  return isToDo ? seedCourses(app, publicOrigin) : null
}

/** Makes what is not there yet. Safe to run again, and by several processes at once. */
export async function seedDemo(
  { hasher }: Pick<Ports, 'hasher'>,
  { users, courses, enrollments, mentors }: Pick<App, 'users' | 'courses' | 'enrollments' | 'mentors'>,
  publicOrigin: string,
): Promise<{ readonly created: number; readonly found: number }> {
  const passwordHash = await hasher.hash(demoPassword)
  const accounts = [...demoStaff, ...learners]
  let created = 0
  for (const account of accounts) {
    const opened = users.createAccount({ ...account, passwordHash, emailVerified: true })
    if (await unlessKnown('user_exists', opened)) created++
  }
  await seedCourses({ users, courses, enrollments }, publicOrigin)

  const mentorId = (await users.findByEmail('mentor@example.org'))?.value.id ?? null
  const cards = (await courses.list({ sort: 'title', page: 1, limit: 10 })).items
  const pupils = [demoStaff[2], ...learners.slice(0, 5)]
  for (const [index, { email }] of pupils.entries()) {
    const found = await users.findByEmail(email)
    if (!found || found.value.mentorId) continue
    const { value: pupil } = await users.changeUser(found.value.id, (user) => ({ ...user, mentorId }))
    await mentors.syncLearner(pupil)
    for (const { id } of [cards[index], cards[index + 1], cards[0]].filter((card) => card !== undefined)) {
      await unlessKnown('already_enrolled', enrollments.participation.enrol(pupil, id))
      const { items } = await enrollments.study.listLessons(pupil.id, id)
      for (const lesson of items.slice(0, index))
        if (lesson.why.length === 0) await enrollments.study.complete(pupil, id, lesson.id, {})
    }
  }
  return { created, found: accounts.length - created }
}
