import { filesBelow, read } from '../docs/pages.ts'

export interface Predicted {
  readonly id: string
  readonly type: string
  readonly name: string
  readonly location?: string
  readonly kind?: string
  readonly scope?: string
  readonly sku?: { readonly name: string; readonly tier?: string }
  readonly identity?: object
  /** What each type has is the compiler's to know. */
  readonly properties?: any
}

export interface Snapshot {
  readonly profile: string
  readonly resources: readonly Predicted[]
  readonly outputs: Readonly<Record<string, unknown>>
  /** Of one type, whatever the case it is written in. */
  readonly of: (type: string) => readonly Predicted[]
}

const parse = (profile: string): Snapshot => {
  const { predictedResources: resources, outputs } = JSON.parse(
    read(`infra/profiles/${profile}.snapshot.json`),
  ) as { readonly predictedResources: readonly Predicted[]; readonly outputs: Record<string, unknown> }
  return {
    profile,
    resources,
    outputs,
    of: (type) => resources.filter((each) => each.type.toLowerCase() === type.toLowerCase()),
  }
}

export const profiles = filesBelow('infra/profiles', '.bicepparam').map(
  (path) => /(\w+)\.bicepparam$/.exec(path)?.[1] ?? '',
)

/** What each profile would make, as it was kept: a test compares it with what the compiler says. */
export const snapshots = profiles.map(parse)

/** What Azure works out while it deploys. */
export const isExpression = (value: unknown): boolean =>
  typeof value === 'string' && value.startsWith('[') && !value.startsWith('[[')
