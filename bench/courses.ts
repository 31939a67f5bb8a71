import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNodeNative } from '../entry/native-node.ts'
import { wire } from '../entry/wire.ts'
import { createApp } from '../src/app/create-app.ts'
import { readConfig } from '../src/config/config.ts'
import { inRequests, measureInTurn, row, start } from './measure.ts'

/*
 * The catalogue with 2,000 courses against a raw hello, and lessons completed by many people at once, on SQLite. The
 * completions run in this process and take one core: there is no HTTP in them.
 */

const courseCount = 2_000
const people = 250
const lessonsEach = 40
const atOnce = 50

const categories = ['job-readiness', 'education', 'life-skills', 'tech']
const directory = mkdtempSync(join(tmpdir(), 'bench-courses-'))
const environment = {
  DATA_DIR: directory,
  PORT: '0',
  HOST: '127.0.0.1',
  RATE_LIMIT_SCALE: '1e9',
}

const { config, secrets } = readConfig(environment)
const { ports, defer, close } = await wire(config, secrets, createNodeNative(config))
const { users, courses, enrollments } = createApp(ports, config.app)

const rows = Array.from({ length: courseCount }, (_, i) => ({
  key: `course-${i}`,
  title: i === 0 ? 'The long one' : `Course number ${i}`,
  description:
    'What one learns here, in two or three lines, as a catalogue shows them beside the title. '.repeat(2),
  category: categories[i % categories.length],
  level: 'beginner',
  instructor: { name: `Instructor ${i % 50}` },
  lessons: Array.from({ length: i === 0 ? lessonsEach : 3 }, (_, n) => ({
    key: `lesson-${n}`,
    title: `Lesson ${n}`,
    duration: 10,
  })),
}))
for (let from = 0; from < rows.length; from += 100)
  await Promise.all(rows.slice(from, from + 100).map((one) => courses.importCourses([one])))

const loadedAt = performance.now()
await courses.list({ sort: 'newest', page: 1, limit: 20 })
const loadMs = performance.now() - loadedAt
const searchedAt = performance.now()
await courses.list({ q: 'number 1999', sort: 'title', page: 1, limit: 20 })
const searchMs = performance.now() - searchedAt

const [long] = (await courses.list({ q: 'long', sort: 'newest', page: 1, limit: 1 })).items
if (!long) throw new Error('the course of many lessons is not there')
const { lessons } = await courses.readDetail(long.id)
const learners = await Promise.all(
  Array.from({ length: people }, (_, i) =>
    users.createAccount({ email: `p${i}@example.com`, name: `Person ${i}`, passwordHash: '' }),
  ),
)
await Promise.all(learners.map((learner) => enrollments.participation.enrol(learner, long.id)))
const work = lessons.flatMap(({ id }) => learners.map((learner) => ({ learner, lessonId: id })))
const startedAt = performance.now()
const cpuBefore = process.cpuUsage()
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let next = work.shift(); next; next = work.shift())
      await enrollments.study.complete(next.learner, long.id, next.lessonId, {})
  }),
)
const seconds = (performance.now() - startedAt) / 1_000
const { user, system } = process.cpuUsage(cpuBefore)
const cpuSeconds = (user + system) / 1e6
const { metadata } = await courses.readDetail(long.id)
if (metadata.completionRate !== 100) throw new Error('not everybody has completed the course')
await defer.settled()
await close()

const [api, hello] = await Promise.all([start('entry/node.ts', environment), start('bench/hello.ts')])
const list = await measureInTurn(
  { url: `${api.url}/api/v1/courses`, connections: 32 },
  { url: hello.url, connections: 32 },
)
const detail = await measureInTurn(
  { url: `${api.url}/api/v1/courses/${long.id}`, connections: 32 },
  { url: hello.url, connections: 32 },
)
for (const { process: child } of [api, hello]) child.kill('SIGKILL')
rmSync(directory, { recursive: true })

const completed = people * lessonsEach
row('what', 'measured', 'wanted')
row('---', '---', '---')
row('`GET /courses` (cached, 2,000 courses) ÷ a raw `node:http` hello', inRequests(list), '≥ 0.35')
row('`GET /courses/{id}` ÷ a raw `node:http` hello', inRequests(detail), '≥ 0.25')
row('the catalogue of 2,000 courses, read anew', `${Math.round(loadMs)} ms`, '')
row('a search in it that nobody made before', `${searchMs.toFixed(1)} ms`, '')
row(
  `${completed.toLocaleString('en')} lesson completions on SQLite, ${atOnce} at once`,
  `${Math.round(completed / seconds)} per second; ${Math.round(completed / cpuSeconds)} per second of one core`,
  '',
)
process.exit(0)
