import { useSignal } from '@preact/signals'
import { ask, isProblem } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { useAsked } from '../../state/asked.ts'
import { Facts, Section, Tag } from '../../view/parts/fields.tsx'
import { CheckField } from '../../view/parts/form-fields.tsx'
import { Table } from '../../view/parts/table.tsx'

type Deployment = Of<(typeof v1)['admin']['settings']['$get']>
type Setting = Deployment['settings'][number]

const valueInWords = ({ isSecret, isSet, value }: Setting): string =>
  isSecret ? (isSet ? 'Set, and not shown' : 'Not set') : (value ?? 'Nothing')

function SettingTables({ settings }: { settings: readonly Setting[] }) {
  const isOnlySet = useSignal(true)
  const shown = isOnlySet.value ? settings.filter(({ isSet }) => isSet) : settings
  const areas = [...new Set(shown.map(({ area }) => area))]
  return (
    <>
      <CheckField
        label="Only those that are set"
        help="The others are at their defaults."
        value={isOnlySet.value}
        onChange={(isOnly) => {
          isOnlySet.value = isOnly
        }}
      />
      {areas.length === 0 && <p class="quiet">Everything is at its default.</p>}
      {areas.map((area) => (
        <div key={area}>
          <h3>{area}</h3>
          <Table
            caption={area}
            items={shown.filter((each) => each.area === area)}
            keyOf={({ name }) => name}
            columns={[
              { title: 'Name', cell: ({ name }) => <code>{name}</code> },
              { title: 'Value', cell: (setting) => <span class="value">{valueInWords(setting)}</span> },
              { title: 'What it says', cell: ({ says }) => says },
              {
                title: 'From',
                cell: ({ isSet }) => (isSet ? <Tag>Set here</Tag> : 'Default'),
              },
            ]}
          />
        </div>
      ))}
    </>
  )
}

/** What runs, and with which settings. What is secret does not leave the server. */
export function InForce() {
  const { load, value, again } = useAsked('settings', () => ask(v1.admin.settings.$get()))
  if (!value) return isProblem(load) ? <Failed problem={load} retry={again} /> : <Loading of="the settings" />
  const { version, runtime, isProduction, adapters, settings } = value
  return (
    <>
      <Section title="What runs">
        <Facts
          facts={[
            ['Version', version],
            ['Runtime', runtime],
            ['In production', isProduction ? 'Yes' : 'No'],
            ...Object.entries(adapters).map(([port, kind]) => [port, kind] as const),
          ]}
        />
      </Section>
      <Section title="Settings in force">
        <SettingTables settings={settings} />
      </Section>
    </>
  )
}
