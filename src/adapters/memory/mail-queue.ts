import type { ClaimedMail, MailOutcome, MailQueue, QueuedMail } from '../../ports/mail-queue.ts'

interface Row {
  mail: QueuedMail
  state: Exclude<MailOutcome['state'], 'gone'>
  attempts: number
  reason: string | null
  code: string | null
  waitingSince: string
  lease: string | null
  leaseUntil: string | null
  settledAt: string | null
}

const byTurn = ({ mail: a }: Row, { mail: b }: Row): number =>
  a.priority - b.priority || (a.dueAt + a.id < b.dueAt + b.id ? -1 : 1)

/** `enqueueNow` is for a store whose writes take mails along. */
export function createMemoryMailQueue(): MailQueue & { enqueueNow(mail: QueuedMail): void } {
  const rows = new Map<string, Row>()

  const enqueueNow = (mail: QueuedMail): void => {
    if ([...rows.values()].some(({ mail: { key } }) => key === mail.key)) return
    rows.set(mail.id, {
      mail: { ...mail },
      state: 'waiting',
      attempts: 0,
      reason: null,
      code: null,
      waitingSince: mail.dueAt,
      lease: null,
      leaseUntil: null,
      settledAt: null,
    })
  }
  const inState = (state: Row['state']): readonly Row[] =>
    [...rows.values()].filter((row) => row.state === state)

  function reviveRow(row: Row, dueAt: string): void {
    Object.assign(row, {
      state: 'waiting',
      attempts: 0,
      reason: null,
      code: null,
      settledAt: null,
      waitingSince: dueAt,
    })
    row.mail = { ...row.mail, dueAt }
  }

  return {
    enqueueNow,
    async enqueue(mail) {
      enqueueNow(mail)
    },
    async claim({ lease, now, leaseUntil, limit, priorities: { least, most } }) {
      return inState('waiting')
        .filter(({ mail }) => mail.priority >= least && mail.priority <= most)
        .filter(({ mail }) => mail.dueAt <= now)
        .filter((row) => row.leaseUntil === null || row.leaseUntil <= now)
        .toSorted(byTurn)
        .slice(0, limit)
        .map((row): ClaimedMail => {
          Object.assign(row, { lease, leaseUntil, attempts: row.attempts + 1 })
          return { ...row.mail, attempts: row.attempts }
        })
    },
    async settle(id, lease, outcome) {
      const row = rows.get(id)
      if (row?.state !== 'waiting' || row.lease !== lease) return false
      if (outcome.state === 'gone') return rows.delete(id)
      Object.assign(row, { state: outcome.state, lease: null, leaseUntil: null })
      if (outcome.state === 'waiting') row.mail = { ...row.mail, dueAt: outcome.dueAt }
      else row.settledAt = outcome.at
      row.code = 'reason' in outcome ? (outcome.code ?? null) : null
      if ('reason' in outcome) row.reason = outcome.reason
      else row.mail = { ...row.mail, sealed: '' }
      return true
    },
    async counts() {
      const waiting = inState('waiting')
      const [waitingSince = null] = waiting.map((row) => row.waitingSince).sort()
      return { waiting: waiting.length, dead: inState('dead').length, waitingSince }
    },
    async probe() {},
    async listDead(limit) {
      return inState('dead')
        .map(({ mail: { id, template, reference, createdAt }, attempts, reason, code, settledAt }) => ({
          id,
          template,
          reference,
          attempts,
          reason: reason ?? '',
          code,
          createdAt,
          diedAt: settledAt ?? '',
        }))
        .toSorted((a, b) => (a.diedAt + a.id < b.diedAt + b.id ? -1 : 1))
        .slice(0, limit)
    },
    async countDead(most) {
      const counted = inState('dead')
        .map(({ reason, settledAt }) => ({ reason: reason ?? '', diedAt: settledAt ?? '' }))
        .toSorted((a, b) => (a.diedAt < b.diedAt ? -1 : 1))
        .slice(0, most)
      return Object.entries(Object.groupBy(counted, ({ reason }) => reason))
        .map(([reason, dead = []]) => ({ reason, mails: dead.length, oldestAt: dead[0]?.diedAt ?? '' }))
        .toSorted((a, b) => (a.reason < b.reason ? -1 : 1))
    },
    async revive(id, dueAt) {
      const row = rows.get(id)
      if (row?.state !== 'dead') return false
      reviveRow(row, dueAt)
      return true
    },
    async reviveAll({ reason, code, template }, dueAt) {
      const wanted = inState('dead').filter(
        (row) =>
          (reason === undefined || row.reason === reason) &&
          (code === undefined || row.code === code) &&
          (template === undefined || row.mail.template === template),
      )
      for (const row of wanted) reviveRow(row, dueAt)
      return wanted.length
    },
    async forgetRecipients(recipients, now) {
      const theirs = [...rows.values()].filter(({ mail }) => recipients.includes(mail.recipient))
      const isLeased = ({ state, leaseUntil }: Row) =>
        state === 'waiting' && leaseUntil !== null && leaseUntil > now
      for (const row of theirs) if (!isLeased(row)) rows.delete(row.mail.id)
      return theirs.filter(isLeased).length
    },
    async forget(before) {
      const gone = [...inState('sent'), ...inState('expired')].filter(
        ({ settledAt }) => settledAt !== null && settledAt < before,
      )
      for (const { mail } of gone) rows.delete(mail.id)
      return gone.length
    },
  }
}
