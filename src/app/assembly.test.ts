import { expect, test } from 'vitest'
import { emptyFace } from '../core/kernel/domain.ts'
import { assemble } from './assembly.ts'

interface Ports {
  readonly clock: { now(): number }
}
interface Config {
  readonly greeting: string
}

const lower = {
  collections: [],
  create: ({ clock }: Ports) => ({ ...emptyFace, now: () => clock.now() }),
}
const upper = {
  collections: [],
  create: (_: Ports, { lower }: { readonly lower: { now(): number } }, { greeting }: Config) => ({
    ...emptyFace,
    greet: () => `${greeting} at ${lower.now()}`,
  }),
}

test('domains are made in their order, each with those before it', () => {
  const { lower: first, upper: second } = assemble<Ports, Config>()
    .add('lower', lower)
    .add('upper', upper)
    .build({ clock: { now: () => 5 } }, { greeting: 'Hello' })
  expect(first.now()).toBe(5)
  expect(second.greet()).toBe('Hello at 5')
})

test('a domain that stands below what it needs does not compile', () => {
  // @ts-expect-error: `lower` is not there yet
  assemble<Ports, Config>().add('upper', upper)
  // @ts-expect-error: this app has no setting `greeting`
  assemble<Ports, object>().add('lower', lower).add('upper', upper)
  // @ts-expect-error: what is handed out has not the shape of a face
  assemble<Ports, Config>().add('lower', { collections: [], create: () => ({ now: () => 1 }) })
})
