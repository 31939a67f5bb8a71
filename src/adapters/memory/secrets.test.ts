import { expect, test } from 'vitest'
import { createSigningKey } from '../jose/access-tokens.ts'
import { createManualClock } from './clock.ts'
import { createPassingSecrets } from './secrets.ts'

test('passing secrets are made once, when first asked for, and differ from those of another process', async () => {
  const clock = createManualClock()
  const one = createPassingSecrets({ clock, createSigningKey })
  const [first, again] = await Promise.all([one.versions('master-key'), one.versions('master-key')])
  expect(again).toEqual(first)
  expect(first[0]?.value).toMatch(/^[\w-]{43}$/)
  expect(await one.versions('signing-keys')).toHaveLength(1)
  const another = createPassingSecrets({ clock, createSigningKey })
  expect(await another.versions('master-key')).not.toEqual(first)
})
