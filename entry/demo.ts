import type { createApp } from '../src/app.ts'
import { AppError } from '../src/core/errors.ts'
import type { Ports } from '../src/ports/ports.ts'

/** For a demonstration on one's own machine; known to everybody, and so refused in production. */
export const demoPassword = 'Demo-Only-Start-Over-1'

export const demoStaff = [
  { email: 'admin@example.org', name: 'Demo Admin', role: 'admin' },
  { email: 'mentor@example.org', name: 'Demo Mentor', role: 'mentor' },
  { email: 'learner@example.org', name: 'Demo Learner', role: 'user' },
] as const

const firstNames = ['Alicia', 'Ben', 'Chidi', 'Dolores', 'Esteban', 'Fatima', 'Grace', 'Huy', 'Ines', 'Jamal']
const lastNames = ['Alvarez', 'Brooks', 'Chen', 'Diaz']

const learners = lastNames.flatMap((last) =>
  firstNames.map((first) => ({
    email: `${first}.${last}@example.org`.toLowerCase(),
    name: `${first} ${last}`,
    role: 'user' as const,
  })),
)

/** Makes what is not there yet. Safe to run again, and by several processes at once. */
export async function seedDemo(
  { hasher }: Pick<Ports, 'hasher'>,
  { users }: Pick<ReturnType<typeof createApp>, 'users'>,
): Promise<{ readonly created: number; readonly found: number }> {
  const passwordHash = await hasher.hash(demoPassword)
  const accounts = [...demoStaff, ...learners]
  let created = 0
  for (const account of accounts) {
    try {
      await users.createAccount({ ...account, passwordHash, emailVerified: true })
      created++
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'user_exists')) throw error
    }
  }
  return { created, found: accounts.length - created }
}
