import type { createApp } from '../src/app/create-app.ts'
import { AppError } from '../src/core/kernel/errors.ts'
import type { Ports } from '../src/ports/ports.ts'
import { demoPassword, demoStaff } from '../src/routes/demo-accounts.ts'
import sampleCourses from './sample-courses.json' with { type: 'json' }

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

const isKnown = (error: unknown, code: string): boolean => error instanceof AppError && error.code === code

/** Ten courses, so that a catalogue is not empty. Answers how many there are. */
export async function seedCourses({ courses }: Pick<App, 'courses'>): Promise<number> {
  const results = await Promise.all(sampleCourses.map((course) => courses.importCourses([course])))
  const invalid = results.flat().find(({ outcome }) => outcome === 'invalid')
  if (invalid) throw new Error(`a sample course is invalid: ${JSON.stringify(invalid.problems)}`)
  return results.length
}

/** Makes what is not there yet. Safe to run again, and by several processes at once. */
export async function seedDemo(
  { hasher }: Pick<Ports, 'hasher'>,
  { users, courses, enrollments, mentors }: Pick<App, 'users' | 'courses' | 'enrollments' | 'mentors'>,
): Promise<{ readonly created: number; readonly found: number }> {
  const passwordHash = await hasher.hash(demoPassword)
  const accounts = [...demoStaff, ...learners]
  let created = 0
  for (const account of accounts) {
    try {
      await users.createAccount({ ...account, passwordHash, emailVerified: true })
      created++
    } catch (error) {
      if (!isKnown(error, 'user_exists')) throw error
    }
  }
  await seedCourses({ courses })

  const mentorId = (await users.findByEmail('mentor@example.org'))?.value.id ?? null
  const cards = (await courses.list({ sort: 'title', page: 1, limit: 10 })).items
  const pupils = [demoStaff[2], ...learners.slice(0, 5)]
  for (const [index, { email }] of pupils.entries()) {
    const found = await users.findByEmail(email)
    if (!found || found.value.mentorId) continue
    const { value: pupil } = await users.changeUser(found.value.id, (user) => ({ ...user, mentorId }))
    await mentors.syncLearner(pupil)
    for (const { id } of [cards[index], cards[index + 1], cards[0]].filter((card) => card !== undefined)) {
      try {
        await enrollments.participation.enrol(pupil, id)
      } catch (error) {
        if (!isKnown(error, 'already_enrolled')) throw error
      }
      const { items } = await enrollments.study.listLessons(pupil.id, id)
      for (const lesson of items.slice(0, index))
        if (lesson.why.length === 0) await enrollments.study.complete(pupil, id, lesson.id, {})
    }
  }
  return { created, found: accounts.length - created }
}
