import { expect, test } from 'vitest'
import { filesBelow, read } from '../docs/pages.ts'
import { bicep, bicepWith, whyNotCompiled } from './bicep.ts'
import { profiles } from './snapshots.ts'

/* What the compiler says of the templates. Where there is none, nothing is claimed. */

const name = (what: string) => (whyNotCompiled === null ? what : `${what} (not checked: ${whyNotCompiled})`)
const compiled = test.skipIf(whyNotCompiled !== null)
/** A compiler that has to be started, on a machine that does something else as well. */
const timeout = 180_000

compiled(name('the templates compile, modules included, without a warning'), { timeout }, async () => {
  const { isDone, complaints } = await bicep('build', 'infra/main.bicep', '--stdout')
  expect({ complaints, isDone }).toEqual({ complaints: [], isDone: true })
})

compiled(
  name('so do those of the identity of the workflows, and what they are told'),
  { timeout },
  async () => {
    const identity = await bicep('build', 'infra/delivery/github.bicep', '--stdout')
    expect(identity).toMatchObject({ complaints: [], isDone: true })
    const { isDone, complaints } = await bicepWith(
      {
        API_PROFILE: 'standard',
        AZURE_ENV_NAME: 'toolsinc',
        AZURE_LOCATION: 'eastus2',
        AZURE_PRINCIPAL_ID: '00000000-0000-0000-0000-0000000000aa',
        AZURE_PRINCIPAL_TYPE: 'ServicePrincipal',
        ALERT_EMAIL: 'on-call@sdtoolsinc.org',
      },
      ...['build-params', 'infra/workflow.bicepparam', '--stdout'],
    )
    expect({ complaints, isDone }).toEqual({ complaints: [], isDone: true })
  },
)

compiled(name('the linter has nothing to say'), { timeout }, async () => {
  const { complaints } = await bicep('lint', 'infra/main.bicep')
  expect(complaints).toEqual([])
})

compiled.each(profiles)(
  name('%s makes what its snapshot says; after a change: npm run infra:snapshots'),
  { timeout },
  async (profile) => {
    const { isDone, out, complaints } = await bicep(
      'snapshot',
      `infra/profiles/${profile}.bicepparam`,
      '--mode',
      'validate',
      '--subscription-id',
      '00000000-0000-0000-0000-000000000000',
      '--location',
      'eastus2',
    )
    expect({ isDone, out: isDone ? '' : out, complaints }).toEqual({ isDone: true, out: '', complaints: [] })
  },
)

compiled(
  name('a wrong property in a module is a complaint, although the compiler ends well'),
  { timeout },
  async () => {
    const { isDone, complaints } = await bicep('build', 'test/infra/wrong/main.bicep', '--stdout')
    expect(isDone).toBe(true)
    expect(complaints.join('\n')).toContain('publikNetworkAccess')
  },
)

test('no module is left out of what is compiled', () => {
  const used = [...read('infra/main.bicep').matchAll(/^module \w+ '([^']+)'/gm)].map(
    ([, path]) => `infra/${path}`,
  )
  expect(used.toSorted()).toEqual(filesBelow('infra/modules', '.bicep').toSorted())
})

test('the templates need no network: no module of theirs is in a registry', () => {
  for (const file of filesBelow('infra', '.bicep')) expect(read(file), file).not.toMatch(/'(?:br|ts)[:/]/)
})

test('each profile is a file of parameters with what it makes beside it', () => {
  expect([...profiles].toSorted()).toEqual(['regions', 'small', 'standard'])
  for (const profile of profiles)
    expect(read(`infra/profiles/${profile}.bicepparam`)).toContain(`param profile = '${profile}'`)
})
