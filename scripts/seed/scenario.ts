import type { FilledForm } from '../../src/core/forms/forms.model.ts'
import type { FilePlan, FormPlan, NoticePlan } from './plan.ts'
import { createRandom, type Random } from './random.ts'
import { describeChat } from './scenario-chat.ts'
import { callerOf, dayMs, describePeople, hourMs, minuteMs } from './scenario-people.ts'
import type { Sizes } from './sizes.ts'
import { nameOf, sentenceOf, topicOf } from './words.ts'

export interface ScenarioOptions {
  readonly seed: string
  readonly sizes: Sizes
  /** When it ends. */
  readonly untilMs: number
  /** As this deployment keeps them: what would have been forgotten is not made. */
  readonly retentionMs: number | null
  readonly sessionMs: number
}

const services = ['housing', 'job-readiness', 'mentoring', 'transport', 'legal help'] as const

/** What people did in a store of these sizes, each thing by its number: the same for the same options. */
export function createScenario({ seed, sizes, untilMs, retentionMs, sessionMs }: ScenarioOptions) {
  const forgottenAfterMs = sessionMs + 10 * dayMs
  const people = describePeople({ seed, sizes, untilMs, forgottenAfterMs })
  const chat = describeChat({ seed, sizes, untilMs, retentionMs, people })

  function filled(random: Random, i: number): FilledForm {
    const name = nameOf(random)
    const email = `form${i + 1}@seed-${seed}.example.org`
    const text = `${sentenceOf(random, 10, 60)} (${i + 1})`
    const kind = random.int(10)
    if (kind < 4)
      return { type: 'contact', form: { name, email, subject: sentenceOf(random, 2, 6), message: text } }
    const interests = [random.pick(services)]
    if (kind < 7)
      return {
        type: 'interest',
        form: { name, email, interests, availability: 'Weekday mornings', notes: text },
      }
    const urgency = random.pick(['low', 'normal', 'normal', 'high'] as const)
    const asked = { services: interests, urgency, notes: text }
    if (kind < 9)
      return {
        type: 'referral',
        form: { relationship: 'self', participant: { name, contact: email }, ...asked },
      }
    const referrer = {
      name: nameOf(random),
      email,
      phone: '+12025550123',
      organization: 'County Reentry Office',
    }
    const contact = `participant${i + 1}@seed-${seed}.example.org`
    return {
      type: 'referral',
      form: { relationship: 'agency', referrer, participant: { name, contact }, ...asked },
    }
  }

  return {
    sizes,
    seed,
    untilMs,
    person: people.person,
    course: people.course,
    conversation: chat.conversation,

    /** In the order of their times, over a year. Who has waited for more than a day has been seen. */
    form(i: number): FormPlan {
      const random = createRandom(seed, 'form', i)
      const stepMs = (365 * dayMs) / Math.max(1, sizes.forms)
      const atMs = Math.floor(untilMs - (i + 1) * stepMs)
      const seenMs = atMs + random.between(30 * minuteMs, 20 * hourMs)
      const by = {
        userId: people.idOf(random.int(Math.max(1, people.admins))),
        sessionId: random.uuid(seenMs),
      }
      const review = (status: 'reviewed' | 'resolved', ms: number, assignedTo?: string) => ({
        status,
        by,
        assignedTo,
        atMs: ms,
        caller: callerOf(random, ms),
      })
      const isSeen = sizes.people > 0 && seenMs < untilMs - 4 * hourMs
      const isResolved = random.chance(0.5)
      const resolvedMs = seenMs + random.between(hourMs, 10 * dayMs)
      return {
        id: random.uuid(atMs),
        filled: filled(random, i),
        atMs,
        caller: callerOf(random, atMs),
        reviews: [
          ...(isSeen ? [review('reviewed', seenMs, by.userId)] : []),
          ...(isSeen && isResolved && resolvedMs < untilMs - hourMs ? [review('resolved', resolvedMs)] : []),
        ],
      }
    },

    file(k: number): FilePlan {
      const random = createRandom(seed, 'file', k)
      const isTable = random.chance(0.3)
      const atMs = untilMs - 2 * dayMs - random.int(95 * dayMs)
      return {
        id: random.uuid(atMs),
        ownerId: people.idOf(k % Math.max(1, sizes.people)),
        fileName: `${topicOf(random).toLowerCase()}-${k + 1}.${isTable ? 'csv' : 'txt'}`,
        fileType: isTable ? 'text/csv' : 'text/plain',
        size: random.between(100, 60_000),
        atMs,
      }
    },

    notice(n: number): NoticePlan {
      const random = createRandom(seed, 'notice', n)
      const { name, email } = people.basics(random.int(Math.max(1, sizes.people)))
      return {
        person: { name, email },
        key: `seed ${seed} ${n}`,
        atMs: untilMs - hourMs - random.int(29 * dayMs),
        isRefused: random.chance(0.01),
      }
    },
  }
}

export type Scenario = ReturnType<typeof createScenario>
