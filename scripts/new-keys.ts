import { randomBytes } from 'node:crypto'
import { createSigningKey } from '../src/adapters/jose/access-tokens.ts'
import { settings } from '../src/config/config.ts'
import type { SecretVersion } from '../src/ports/secrets.ts'

/*
 * Prints the secrets of a deployment as lines for its environment. With AUTH_SIGNING_KEYS set it adds a successor to
 * them; `--master` also replaces AUTH_MASTER_KEY. Nothing is written anywhere.
 */

export const publishedBeforeUseMs = 60 * 60_000
/** Far longer than any access token lives. */
export const keptAfterSuccessionMs = 24 * 60 * 60_000

/** The keys to deploy next, newest first: a successor published an hour before its use, and those it follows. */
export async function succeed(
  keys: readonly SecretVersion[],
  nowMs: number,
): Promise<readonly SecretVersion[]> {
  if (keys.length === 0) return [await createSigningKey(new Date(nowMs).toISOString())]
  const known = keys.toSorted((a, b) => Date.parse(b.activeFrom) - Date.parse(a.activeFrom))
  const isStillSeen = (_: SecretVersion, index: number): boolean => {
    const successor = known[index - 1]
    return successor === undefined || nowMs - Date.parse(successor.activeFrom) < keptAfterSuccessionMs
  }
  return [
    await createSigningKey(new Date(nowMs + publishedBeforeUseMs).toISOString()),
    ...known.filter(isStillSeen),
  ]
}

/** The lines to print. Throws without naming a value when AUTH_SIGNING_KEYS cannot be read. */
export async function newKeys(
  environment: Readonly<Record<string, string | undefined>>,
  { replacesMaster, nowMs }: { readonly replacesMaster: boolean; readonly nowMs: number },
): Promise<readonly string[]> {
  const signingKeys = environment['AUTH_SIGNING_KEYS']?.trim()
  const masterKey = environment['AUTH_MASTER_KEY']?.trim()
  const existing = signingKeys ? settings.AUTH_SIGNING_KEYS.schema.safeParse(signingKeys) : undefined
  if (existing && !existing.success) throw new Error('AUTH_SIGNING_KEYS is set and cannot be read')
  const next = JSON.stringify(await succeed(existing?.data ?? [], nowMs))
  return [
    ...(!masterKey || replacesMaster ? [`AUTH_MASTER_KEY=${randomBytes(32).toString('base64url')}`] : []),
    ...(masterKey && replacesMaster ? [`AUTH_MASTER_KEY_PREVIOUS=${masterKey}`] : []),
    `AUTH_SIGNING_KEYS='${next}'`,
  ]
}

if (import.meta.main)
  try {
    const replacesMaster = process.argv.includes('--master')
    for (const line of await newKeys(process.env, { replacesMaster, nowMs: Date.now() })) console.log(line)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
