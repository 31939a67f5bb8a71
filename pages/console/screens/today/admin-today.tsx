import { ask, isProblem } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'
import { momentOf } from '../../../base/text/times.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { useAsked } from '../../state/asked.ts'
import { addressOf } from '../../state/place.ts'
import { staffName } from '../../state/staff-directory.ts'
import { Moment, Section, Tag } from '../../view/parts/fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { Table } from '../../view/parts/table.tsx'
import { reasonInWords } from '../mail/words.ts'
import { Tile } from './tile.tsx'
import { concernWords, everyWords, healthWords } from './words.ts'

type Seen = Of<(typeof v1)['admin']['today']['$get']>

/** Counts stop here: it stands for that many or more. */
const most = 100
const since = (at: string | null): string | undefined => (at === null ? undefined : `since ${momentOf(at)}`)
const unknown = <p class="quiet">This cannot be told right now.</p>

function Forms({ forms }: { forms: Seen['forms'] }) {
  if (!forms) return unknown
  const to = (list: string) => addressOf('forms', list)
  // The list that it leads to is without what was put aside.
  const pending = forms.waiting >= most ? most : forms.waiting - forms.quarantined
  return (
    <ul class="tiles">
      <Tile href={to('overdue')} count={forms.overdue} most={most} words="overdue" isBad />
      <Tile
        href={to('waiting')}
        count={forms.dueToday}
        most={most}
        words="due today"
        note="among those that wait"
      />
      <Tile href={to('urgent')} count={forms.urgent} most={most} words="urgent referrals" isBad />
      <Tile href={to('waiting')} count={pending} most={most} words="wait, all in all" />
      <Tile
        href={to('spam')}
        count={forms.quarantined}
        most={most}
        words="put aside as spam"
        note={since(forms.oldestQuarantinedAt)}
      />
      <Tile href={to('mine')} count={null} most={most} words="Show those assigned to me" />
    </ul>
  )
}

function Waiting({ seen: { reports, scans, deadMail, recoveries } }: { seen: Seen }) {
  return (
    <>
      <ul class="tiles">
        {reports && (
          <Tile
            href={addressOf('reports')}
            count={reports.open}
            most={most}
            words="reported messages"
            note={since(reports.oldestAt)}
            isBad
          />
        )}
        {deadMail?.map(({ reason, mails, oldestAt }) => (
          <Tile
            key={reason}
            href={addressOf('mail')}
            count={mails}
            most={most}
            words="mails not sent"
            note={`${reasonInWords(reason)}, ${since(oldestAt)}`}
            isBad
          />
        ))}
        {deadMail?.length === 0 && (
          <Tile href={addressOf('mail')} count={0} most={most} words="mails not sent" />
        )}
      </ul>
      {(reports === null || deadMail === null) && unknown}
      {scans && scans.waiting > 0 && (
        <p>
          {scans.waiting >= most ? `${most} or more` : scans.waiting} files wait to be scanned
          {scans.oldestAt && (
            <>
              {' '}
              since <Moment at={scans.oldestAt} />
            </>
          )}
          .
        </p>
      )}
      {recoveries && recoveries.length > 0 && (
        <>
          <h3>Recoveries that somebody else has to approve</h3>
          <ul class="notes">
            {recoveries.map(({ userId, startedBy, expiresAt }) => (
              <li key={userId}>
                <a href={addressOf('people', userId)}>Show the account</a>{' '}
                <span class="quiet small">
                  begun by {staffName(startedBy)}
                  {expiresAt && (
                    <>
                      , until <Moment at={expiresAt} />
                    </>
                  )}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

function Health({ health }: { health: Seen['health'] }) {
  const { look, text } = healthWords[health.status]
  const down = Object.entries(health.dependencies).filter(([, { state }]) => state === 'down')
  return (
    <>
      <p>
        <Tag look={look}>{text}</Tag>
      </p>
      <ul class="notes">
        {health.concerns.map((concern) => (
          <li key={concern}>{concernWords[concern] ?? concern}</li>
        ))}
        {down.map(([name]) => (
          <li key={name}>{`${name} does not answer.`}</li>
        ))}
      </ul>
      {health.mail && health.mail.waiting > 0 && (
        <p>
          {health.mail.waiting} mails wait to be sent, the first for{' '}
          {Math.ceil(health.mail.oldestWaitingMs / 60_000)} minutes.
        </p>
      )}
    </>
  )
}

function Jobs({ jobs }: { jobs: Seen['jobs'] }) {
  if (!jobs) return unknown
  return (
    <Table
      caption="Jobs"
      items={[...jobs].sort((a, b) => Number(b.isOverdue) - Number(a.isOverdue))}
      keyOf={({ name }) => name}
      columns={[
        { title: 'Job', cell: ({ name }) => name.replaceAll('-', ' ') },
        {
          title: 'State',
          cell: ({ isOverdue }) =>
            isOverdue ? <Tag look="bad">Stands still</Tag> : <Tag look="good">Runs</Tag>,
        },
        { title: 'Every', cell: ({ everySeconds }) => everyWords(everySeconds) },
        {
          title: 'Last ended well',
          cell: ({ succeededAt }) => (succeededAt === null ? 'Not yet' : <Moment at={succeededAt} />),
        },
        {
          title: 'Last failed',
          cell: ({ failedAt }) => (failedAt === null ? 'Never' : <Moment at={failedAt} />),
        },
      ]}
    />
  )
}

export function AdminToday() {
  const { load, value: seen, again } = useAsked('today', () => ask(v1.admin.today.$get()))
  return (
    <>
      <ScreenHead title="Today">
        <button type="button" onClick={again}>
          Look again
        </button>
      </ScreenHead>
      {isProblem(load) && <Failed problem={load} retry={again} />}
      {!seen && load === 'loading' && <Loading of="what waits" />}
      {seen && (
        <>
          <p class="quiet gap" role="status">
            As of <Moment at={seen.at} />.
          </p>
          <Section title="Forms">
            <Forms forms={seen.forms} />
          </Section>
          <Section title="Also waiting">
            <Waiting seen={seen} />
          </Section>
          <Section title="Health">
            <Health health={seen.health} />
          </Section>
          <Section title="Jobs">
            <Jobs jobs={seen.jobs} />
          </Section>
        </>
      )}
    </>
  )
}
