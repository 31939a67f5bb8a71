/** How many of each a filled store has. */
export interface Sizes {
  readonly people: number
  readonly courses: number
  readonly enrollments: number
  readonly conversations: number
  readonly messages: number
  readonly forms: number
  readonly files: number
  readonly sessions: number
  readonly audit: number
  readonly mails: number
}

export type SizeName = keyof Sizes

/** What each number counts, and what it is when it is left out. */
const described: {
  readonly [N in SizeName]: { readonly says: string; readonly otherwise: (given: Sizes) => number }
} = {
  people: {
    says: 'accounts, of which about 1 in 50 is a mentor and 1 in 2,000 an admin',
    otherwise: ({ messages, forms, enrollments }) =>
      Math.max(40, Math.ceil(messages / 10), Math.ceil(enrollments / 2), Math.min(forms, 100_000)),
  },
  courses: {
    says: 'published courses of 3 to 8 lessons',
    otherwise: ({ people }) => Math.max(4, Math.min(500, Math.round(people / 200))),
  },
  enrollments: {
    says: 'enrolments, with what was completed and rated',
    otherwise: ({ people, courses }) => Math.min(2 * people, people * courses),
  },
  conversations: {
    says: 'conversations, three in five direct',
    otherwise: ({ people }) => (people < 2 ? 0 : Math.ceil(people / 2)),
  },
  messages: {
    says: 'messages, most of them in a few conversations',
    otherwise: ({ people, conversations }) => (conversations === 0 ? 0 : 10 * people),
  },
  forms: { says: 'forms that were sent, most of them reviewed', otherwise: ({ people }) => people },
  files: {
    says: 'documents that people own: what is known of them, not their bytes',
    otherwise: ({ people }) => Math.ceil(people / 2),
  },
  sessions: { says: 'devices that are signed in', otherwise: ({ people }) => people },
  audit: {
    says: 'earlier sign-ins that only the audit log remembers',
    otherwise: ({ people }) => 2 * people,
  },
  mails: {
    says: 'notices sent in the last 30 days, 1 in 100 undeliverable',
    otherwise: ({ people }) => Math.ceil(people / 2),
  },
}

export const sizeNames = Object.keys(described) as SizeName[]
export const mostOfEach = 10_000_000

/** Thrown with what to change. */
export class InvalidSizes extends Error {
  override readonly name = 'InvalidSizes'
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** The sizes with those that were left out, in a ratio that people have to them. Throws `InvalidSizes`. */
export function sizesFrom(
  given: Partial<Sizes>,
  { sessionsPerUser }: { readonly sessionsPerUser: number },
): Sizes {
  const nothing = Object.fromEntries(sizeNames.map((name) => [name, 0])) as Record<SizeName, number>
  const sizes = { ...nothing, ...given }
  for (const name of sizeNames) sizes[name] = given[name] ?? described[name].otherwise(sizes)
  const { people, courses, enrollments, conversations, messages, sessions } = sizes
  const isOutside = (n: number) => !Number.isSafeInteger(n) || n < 0 || n > mostOfEach
  const problems = sizeNames
    .filter((name) => isOutside(sizes[name]))
    .map((name) => `--${name} must be a whole number from 0 to ${mostOfEach}.`)
  const refuse = (isWrong: boolean, problem: string) => (isWrong ? [problem] : [])
  const needPeople = (['files', 'sessions', 'audit', 'mails'] as const).filter((name) => sizes[name] > 0)
  problems.push(
    ...refuse(
      people === 0 && needPeople.length > 0,
      `${needPeople.map((name) => `--${name}`).join(', ')} need people: raise --people.`,
    ),
    ...refuse(
      enrollments > people * courses,
      `--enrollments ${enrollments} is more than ${people} people in ${courses} courses: raise one of those.`,
    ),
    ...refuse(conversations > 0 && people < 2, '--conversations need two people at least: raise --people.'),
    ...refuse(messages > 0 && conversations === 0, '--messages need a conversation: raise --conversations.'),
    ...refuse(
      sessions > people * sessionsPerUser,
      `--sessions ${sessions} is more than ${sessionsPerUser} for each of ${people} people (SESSIONS_PER_USER).`,
    ),
  )
  if (problems.length > 0) throw new InvalidSizes(problems)
  return sizes
}

export const usage = `npm run seed                     the demonstration accounts and courses
npm run seed -- --people 1000 …  these, and a store of that size beside them

${sizeNames.map((name) => `  ${`--${name} N`.padEnd(20)} ${described[name].says}`).join('\n')}
  --seed TEXT          another set of the same sizes (1)
  --at YYYY-MM-DD      the day it ends, at its first moment, UTC (today)
  --help               this

What is left out follows from what is given. The same sizes, seed and day make the same store; a run that was stopped
goes on where it was when the command is given again, and a complete one changes nothing.`
