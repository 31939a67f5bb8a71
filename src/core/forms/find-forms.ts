import type { Needs } from '../../ports/ports.ts'
import {
  type ListOrder,
  placeOf,
  type Submission,
  type SubmissionFilter,
  type SubmissionPage,
} from '../../ports/submissions.ts'
import type { Caller } from '../kernel/actor.ts'
import { forbidden } from '../kernel/errors.ts'
import { refusingBadCursors } from '../kernel/paging.ts'
import { type CsvRow, csvHead, csvLines } from './csv.ts'
import { summaryOf } from './describe-form.ts'
import { contactSpellings } from './form-text.ts'
import type { FilledForm, FormReader } from './forms.model.ts'
import type { FormsDomain } from './forms-domain.ts'
import { overdueAt } from './overdue.ts'
import { foldTrackingNumber, isTrackingNumber } from './receipt-code.ts'
import type { FormQuery, FormSummary } from './review.model.ts'
import { type AskedWords, createMatch, type Opened } from './search-words.ts'

/** Opened at a time: others get their turn in between. */
const slice = 100
/** Opened in one request that looks for words. The cursor goes on behind them. */
export const mostOpened = 5_000

interface Question {
  readonly filter: SubmissionFilter
  readonly order: ListOrder
  readonly words: AskedWords | null
}

/** What is answered of one submission, where its contents are for the reader. */
type Row = CsvRow & { readonly submission: Submission }

export function createFindForms(
  { submissions, clock, log }: Needs<'submissions' | 'clock' | 'log'>,
  { keys, audit, sealing }: Pick<FormsDomain, 'keys' | 'audit' | 'sealing'>,
) {
  /** One that does not open does not keep the others from being listed; asked for alone it fails. */
  const notReadable = (submission: Submission) => (error: unknown) => {
    log.error('form_not_readable', error, { submissionId: submission.id })
    return null
  }
  const openForm = (submission: Submission) => sealing.open(submission, 'data').catch(notReadable(submission))
  async function openWhole(submission: Submission): Promise<Opened | null> {
    try {
      const [form, information, notes] = await Promise.all([
        sealing.open(submission, 'data'),
        sealing.open(submission, 'information'),
        sealing.open(submission, 'notes'),
      ])
      if (form === null) return null
      const filled = { type: submission.type, form } as FilledForm
      return { filled, information: information ?? [], notes: notes ?? [] }
    } catch (error) {
      return notReadable(submission)(error)
    }
  }
  async function rowOf(submission: Submission, canReadContent: boolean): Promise<Row> {
    const opened = canReadContent ? await openWhole(submission) : null
    return {
      submission,
      summary: summaryOf(submission, opened?.filled.form ?? null, clock.now()),
      information: opened?.information ?? [],
      notes: opened?.notes ?? [],
    }
  }

  /** What `participant` is: an address or a number, the number of a referral, or a name. */
  async function participantOf(
    text: string,
    canReadContent: boolean,
  ): Promise<{ readonly filter: SubmissionFilter; readonly name?: string } | null> {
    const number = foldTrackingNumber(text)
    // Digits alone are a telephone number: those of Washington begin like a year.
    if (/\p{L}/u.test(text) && isTrackingNumber(number)) return { filter: { trackingNumber: number } }
    const spellings = contactSpellings(text)
    if (spellings.length > 0) {
      const hashes = spellings.map((spelling) => keys.pseudonyms('form contact', spelling))
      return { filter: { contactHashes: (await Promise.all(hashes)).flat() } }
    }
    return canReadContent ? { filter: {}, name: text } : null
  }

  /** Null when nothing can be found. */
  async function questionOf(reader: FormReader, query: FormQuery): Promise<Question | null> {
    const { type, status, since, urgency, participant, assignedTo, overdue, name, text } = query
    if ((name !== undefined || text !== undefined) && !reader.canReadContent) throw forbidden()
    // Nothing but a referral has an urgency.
    if (urgency && type && type !== 'referral') return null
    const number = query.trackingNumber === undefined ? undefined : foldTrackingNumber(query.trackingNumber)
    const named =
      participant === undefined ? undefined : await participantOf(participant, reader.canReadContent)
    if (named === null) return null
    const asked = [name, named?.name].filter((each) => each !== undefined)
    const assignee = assignedTo === 'me' ? reader.actorId : assignedTo
    const only = reader.onlyAssignedTo
    if (only !== undefined && assignee !== undefined && assignee !== only) return null
    const assigned = only ?? assignee
    const numbers = [number, named?.filter.trackingNumber].filter((each) => each !== undefined)
    if (new Set(numbers).size > 1) return null
    return {
      filter: {
        ...named?.filter,
        ...(type ? { type } : {}),
        ...(overdue ? overdueAt(clock.now()) : {}),
        ...(status ? { status } : {}),
        ...(urgency ? { urgency } : {}),
        ...(since ? { updatedSince: since } : {}),
        ...(assigned ? { assignedTo: assigned } : {}),
        ...(number === undefined ? {} : { trackingNumber: number }),
      },
      order: since === undefined ? 'newest' : 'changed',
      words: asked.length === 0 && text === undefined ? null : wordsOf(asked, text),
    }
  }
  const wordsOf = (names: readonly string[], text: string | undefined): AskedWords => ({
    ...(names.length === 0 ? {} : { name: names.join(' ') }),
    ...(text === undefined ? {} : { text }),
  })

  const page = (
    { filter, order }: Question,
    limit: number,
    after: string | undefined,
  ): Promise<SubmissionPage> =>
    submissions.list(filter, { order, limit, ...(after === undefined ? {} : { after }) })

  /**
   * The words are nowhere but in the encrypted texts, so forms are opened one after the other until the page is full, and no more than
   * `mostOpened`: then the page is short, or empty, and its cursor goes on behind the last that was opened.
   */
  async function search(
    question: Question,
    words: AskedWords,
    { limit, cursor }: Pick<FormQuery, 'limit' | 'cursor'>,
  ): Promise<SubmissionPage> {
    const matches = createMatch(words)
    if (!matches) return { items: [] }
    const items: Submission[] = []
    let after = cursor
    for (let opened = 0; opened < mostOpened; opened += slice) {
      const some = await page(question, slice, after)
      const contents = await Promise.all(some.items.map(openWhole))
      for (const [i, submission] of some.items.entries()) {
        const content = contents[i]
        if (!content || !matches(content)) continue
        items.push(submission)
        if (items.length < limit) continue
        const isLast = i === some.items.length - 1
        if (isLast && some.next === undefined) return { items }
        return { items, next: placeOf(submission, question.order) }
      }
      if (some.next === undefined) return { items }
      after = some.next
    }
    return { items, ...(after === undefined ? {} : { next: after }) }
  }

  const record = (
    caller: Caller,
    { actorId, sessionId, canReadContent }: FormReader,
    event: 'form.list' | 'form.export',
  ) =>
    audit.record(caller, {
      event,
      actorId,
      ...(sessionId === undefined ? {} : { sessionId }),
      resource: { type: 'form', id: null },
      ...(canReadContent ? {} : { reason: 'without_content' }),
    })

  const find = async (question: Question | null, query: FormQuery): Promise<SubmissionPage> =>
    question === null
      ? { items: [] }
      : question.words
        ? search(question, question.words, query)
        : page(question, query.limit, query.cursor)

  return {
    /** One page, and whether there is more. Who asked for it is recorded before it is answered. */
    async list(
      caller: Caller,
      reader: FormReader,
      query: FormQuery,
    ): Promise<{ readonly items: FormSummary[]; readonly next: string | undefined }> {
      const question = await questionOf(reader, query)
      const { items, next } = await refusingBadCursors(() => find(question, query))
      await record(caller, reader, 'form.list')
      const open = (submission: Submission) => (reader.canReadContent ? openForm(submission) : null)
      return {
        items: await Promise.all(
          items.map(async (submission) => summaryOf(submission, await open(submission), clock.now())),
        ),
        next,
      }
    },

    /**
     * All of them from the cursor on as one table, page by page, of which one is held at a time. The first page is read, and the export
     * recorded, before anything is answered.
     */
    async export(caller: Caller, reader: FormReader, query: FormQuery): Promise<AsyncGenerator<string>> {
      const question = await questionOf(reader, query)
      const read = (cursor: string | undefined) =>
        refusingBadCursors(() => find(question, { ...query, limit: slice, cursor }))
      const first = await read(query.cursor)
      await record(caller, reader, 'form.export')
      return (async function* () {
        yield csvHead()
        let current = first
        while (true) {
          const rows = await Promise.all(current.items.map((each) => rowOf(each, reader.canReadContent)))
          if (rows.length > 0) yield csvLines(rows)
          if (current.next === undefined) return
          current = await read(current.next)
        }
      })()
    },
  }
}
