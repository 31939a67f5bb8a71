import type { DomainFace } from '../core/kernel/domain.ts'
import type { AnyCollection } from '../ports/documents.ts'

/** A domain before it has its ports, the domains it stands on, and its settings. */
export interface Domain<Ports, Below, Config, Face extends DomainFace> {
  /** Stores derive their containers and indexes from these. */
  readonly collections: readonly AnyCollection[]
  readonly create: (ports: Ports, below: Below, config: Config) => Face
}

export interface Assembly<Ports, Config, Domains> {
  /** Of all domains. */
  readonly collections: readonly AnyCollection[]
  /** A domain is given those added before it, and no others: what it needs from above does not compile. */
  add<const Name extends string, Face extends DomainFace>(
    name: Name,
    domain: Domain<Ports, Domains, Config, Face>,
  ): Assembly<Ports, Config, Domains & { readonly [N in Name]: Face }>
  /** Makes all of them, in their order. */
  build(ports: Ports, config: Config): Domains
}

type Step<Ports, Config> = readonly [name: string, domain: Domain<Ports, never, Config, DomainFace>]

function withSteps<Ports, Config, Domains>(
  steps: readonly Step<Ports, Config>[],
): Assembly<Ports, Config, Domains> {
  return {
    collections: steps.flatMap(([, { collections }]) => collections),
    add: (name, domain) => withSteps([...steps, [name, domain]]),
    build(ports, config) {
      const built: Record<string, DomainFace> = {}
      for (const [name, { create }] of steps) built[name] = create(ports, built as never, config)
      return built as Domains
    },
  }
}

export const assemble = <Ports, Config>(): Assembly<Ports, Config, object> => withSteps([])
