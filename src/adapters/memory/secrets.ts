import { encodeBase64url } from '../../ports/base64url.ts'
import type { Clock } from '../../ports/clock.ts'
import type { OptionalSecret, SecretName, Secrets, SecretVersion } from '../../ports/secrets.ts'

/** Secrets handed over at start, from the environment or by a test. */
export const createMemorySecrets = (
  secrets: Readonly<
    Record<Exclude<SecretName, OptionalSecret>, readonly SecretVersion[]> &
      Partial<Record<SecretName, readonly SecretVersion[]>>
  >,
): Secrets => ({
  versions: async (name) =>
    (secrets[name] ?? []).toSorted((a, b) => b.activeFrom.localeCompare(a.activeFrom)),
})

/** Secrets made when first asked for and gone with the process: for development. */
export function createPassingSecrets({
  clock,
  createSigningKey,
}: {
  readonly clock: Clock
  readonly createSigningKey: (activeFrom: string) => Promise<SecretVersion>
}): Secrets {
  const make = async () => {
    const activeFrom = new Date(clock.now()).toISOString()
    const value = encodeBase64url(crypto.getRandomValues(new Uint8Array(32)))
    return createMemorySecrets({
      'signing-keys': [await createSigningKey(activeFrom)],
      'master-key': [{ id: crypto.randomUUID(), value, activeFrom }],
      'push-keys': [await createSigningKey(activeFrom)],
    })
  }
  let made: ReturnType<typeof make> | undefined
  return {
    async versions(name) {
      made ??= make()
      return (await made).versions(name)
    },
  }
}
