import { ask, isProblem } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'
import { wholeTime } from '../../../base/text/times.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { useAsked } from '../../state/asked.ts'
import { Facts, Section, Tag } from '../../view/parts/fields.tsx'

type AuditChain = Of<(typeof v1)['admin']['audit']['chain']['$get']>

const placesOf = (places: AuditChain['heads']): string =>
  places.length === 0 ? 'Nothing' : places.map(({ month, sequence }) => `${month}: ${sequence}`).join('\n')

function Found({ of: { isIntact, damage } }: { of: AuditChain }) {
  if (isIntact === null) return <Tag look="warn">Not looked at yet</Tag>
  return isIntact ? <Tag look="good">Whole</Tag> : <Tag look="bad">{`Damaged: ${damage ?? 'unknown'}`}</Tag>
}

/** Whether anything was taken out of the log or changed in it, as it was found when it was computed anew. */
export function Chain() {
  const { load, value, again } = useAsked('chain', () => ask(v1.admin.audit.chain.$get()))
  return (
    <Section title="The chain">
      {value ? (
        <>
          <Facts
            facts={[
              ['State', <Found of={value} />],
              ['Looked at', value.verifiedAt === null ? 'Never' : wholeTime(value.verifiedAt)],
              ['Up to the record', placesOf(value.verifiedTo)],
              ['Last record now', placesOf(value.heads)],
            ]}
          />
          {value.isIntact === false && (
            <p role="alert" class="problem">
              Something was changed or taken away. <code>npm run audit:verify</code> names each place.
            </p>
          )}
        </>
      ) : isProblem(load) ? (
        <Failed problem={load} retry={again} />
      ) : (
        <Loading of="the state of the chain" />
      )}
    </Section>
  )
}
