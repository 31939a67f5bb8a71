import { hash } from 'node:crypto'
import { system } from '../../src/core/platform/audit/audit.model.ts'
import type { AuditEntry } from '../../src/ports/audit.ts'
import type { Ports } from '../../src/ports/ports.ts'
import { createBench, type Settings } from './bench.ts'
import { startOfDay } from './options.ts'
import { createRandom } from './random.ts'
import { createScenario, type Scenario } from './scenario.ts'
import { type Sizes, sizeNames } from './sizes.ts'
import { writeConversation } from './write-chat.ts'
import { createCourseBook, writeCourse } from './write-courses.ts'
import { writeFilesOf } from './write-files.ts'
import { writePerson } from './write-people.ts'
import { createRecordsWriter } from './write-records.ts'
import { createWriter, type Elsewhere } from './writer.ts'

const recordsAtOnce = 1_000

export type FilledPorts = Pick<
  Ports,
  'audit' | 'ciphers' | 'clock' | 'documents' | 'mailQueue' | 'secrets' | 'submissions'
>

export interface FillOptions {
  readonly sizes: Sizes
  readonly seed: string
  /** The first moment of a day, UTC; today when left out. */
  readonly untilMs?: number | undefined
  readonly settings: Settings
  /** Of everybody. */
  readonly passwordHash: string
  readonly isElsewhere: Elsewhere
  /** Ends it between two batches. */
  readonly signal?: AbortSignal | undefined
  readonly progressed?: (stage: string, done: number, total: number) => void
}

export interface Filled {
  readonly outcome: 'filled' | 'continued' | 'was there' | 'stopped'
  readonly untilMs: number
}

/** Thrown when the store holds a set of this seed in other sizes. */
export class AnotherSetIsThere extends Error {
  override readonly name = 'AnotherSetIsThere'
  constructor(seed: string) {
    super(
      `This store holds the set "${seed}" in other sizes already. Take another --seed, or an empty store.`,
    )
  }
}

/** The beginning and the end of a run stand in the audit log, where a later one finds them. */
const markOf = (event: 'begin' | 'end', seed: string, code: string, untilMs: number): AuditEntry => ({
  id: createRandom(seed, 'mark', event, code).uuid(untilMs),
  eventType: `seed.${event}`,
  actorId: system,
  onBehalfOf: null,
  resourceType: 'seed',
  resourceId: seed,
  outcome: 'success',
  reason: code,
  requestId: null,
  sessionId: null,
  ipHmac: null,
  userAgentClass: null,
  changedFields: [],
  createdAt: new Date(untilMs).toISOString(),
})

/** Short enough for a reason in the audit log. */
const codeOf = (sizes: Sizes): string =>
  hash('sha256', sizeNames.map((name) => `${name} ${sizes[name]}`).join()).slice(0, 16)

function* batchesOf<T>(count: number, size: number, make: (i: number) => T): Generator<readonly T[]> {
  for (let first = 0; first < count; first += size)
    yield Array.from({ length: Math.min(size, count - first) }, (_, i) => make(first + i))
}

/**
 * Fills a store: the same sizes, seed and end make the same documents. Once complete it changes nothing; what was cut off
 * goes on where it was. Throws `AnotherSetIsThere` where that would mix two sets.
 */
export async function fillStore(ports: FilledPorts, options: FillOptions): Promise<Filled> {
  const { sizes, seed, settings, signal, progressed = () => {} } = options
  const code = codeOf(sizes)
  const marks = (await ports.audit.listByResource({ type: 'seed', id: seed }, { limit: 10 })).items
  const begun = marks.find(({ eventType }) => eventType === 'seed.begin')
  if (begun && begun.reason !== code) throw new AnotherSetIsThere(seed)
  const untilMs = begun ? Date.parse(begun.createdAt) : (options.untilMs ?? startOfDay(ports.clock.now()))
  if (marks.some(({ eventType }) => eventType === 'seed.end')) return { outcome: 'was there', untilMs }
  const mark = (event: 'begin' | 'end') => ports.audit.append(markOf(event, seed, code, untilMs))
  await mark('begin')

  const scenario = createScenario({
    seed,
    sizes,
    untilMs,
    retentionMs: settings.chat.retentionMs,
    sessionMs: settings.auth.sessionSeconds * 1000,
  })
  const isContinued = begun !== undefined
  const isStopped = await write(ports, scenario, { ...options, isContinued, progressed }).then(
    () => false,
    (error: unknown) => {
      if (signal?.aborted && error === signal.reason) return true
      throw error
    },
  )
  if (isStopped) return { outcome: 'stopped', untilMs }
  await mark('end')
  return { outcome: isContinued ? 'continued' : 'filled', untilMs }
}

async function write(
  ports: FilledPorts,
  scenario: Scenario,
  {
    sizes,
    seed,
    settings,
    passwordHash,
    isElsewhere,
    isContinued,
    signal,
    progressed,
  }: FillOptions & {
    readonly isContinued: boolean
    readonly progressed: NonNullable<FillOptions['progressed']>
  },
): Promise<void> {
  const bench = createBench(ports, settings, { seed, passwordHash })
  const writer = createWriter(ports, isElsewhere)
  const records = createRecordsWriter({
    ports,
    bench,
    untilMs: scenario.untilMs,
    isContinued,
    isElsewhere: isElsewhere.records,
  })
  const book = createCourseBook()
  const stage = (name: string, total: number) => {
    let done = 0
    return async (more: number): Promise<void> => {
      signal?.throwIfAborted()
      done += more
      progressed(name, done, total)
      await writer.settle()
    }
  }

  const [coursesDone, peopleDone] = [stage('courses', sizes.courses), stage('people', sizes.people)]
  for (let c = 0; c < sizes.courses; c++) {
    book.put(await writeCourse(writer, scenario.course(c)))
    await coursesDone(1)
  }
  for (let i = 0; i < sizes.people; i++) {
    await writePerson(bench, writer, scenario.person(i), book)
    await peopleDone(1)
  }
  book.writeTallies(writer)
  await writer.flush()

  const messagesDone = stage('messages', sizes.messages)
  for (let j = 0; j < sizes.conversations; j++) {
    await writeConversation(bench, writer, scenario.conversation(j), messagesDone)
    signal?.throwIfAborted()
  }
  const filesDone = stage('files', sizes.files)
  for (let owner = 0; owner < Math.min(sizes.people, sizes.files); owner++) {
    const count = Math.ceil((sizes.files - owner) / sizes.people)
    const plans = Array.from({ length: count }, (_, n) => scenario.file(owner + n * sizes.people))
    writeFilesOf(writer, plans[0]?.ownerId ?? '', plans)
    await filesDone(count)
  }
  await writer.flush()

  const [formsDone, noticesDone] = [stage('forms', sizes.forms), stage('mails', sizes.mails)]
  // The oldest come first: numbers are given in the order in which forms come in.
  for (const plans of batchesOf(sizes.forms, recordsAtOnce, (i) => scenario.form(sizes.forms - 1 - i))) {
    await records.forms(plans)
    await formsDone(plans.length)
  }
  for (const plans of batchesOf(sizes.mails, recordsAtOnce, scenario.notice)) {
    await records.notices(plans)
    await noticesDone(plans.length)
  }
}
