import type { SecretName, Secrets, SecretVersion } from '../../ports/secrets.ts'

/** Secrets handed over at start, from the environment or by a test. */
export const createMemorySecrets = (
  secrets: Readonly<Record<SecretName, readonly SecretVersion[]>>,
): Secrets => ({
  versions: async (name) => secrets[name].toSorted((a, b) => b.activeFrom.localeCompare(a.activeFrom)),
})
