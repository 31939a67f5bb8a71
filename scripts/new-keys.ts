import { randomBytes, randomUUID } from 'node:crypto'
import { createSigningKey } from '../src/adapters/jose/access-tokens.ts'
import { settings } from '../src/config/config.ts'
import type { SecretVersion } from '../src/ports/secrets.ts'

/*
 * Prints the secrets of a deployment as lines for its environment. With AUTH_SIGNING_KEYS set it adds a successor to
 * them; `--master` also replaces AUTH_MASTER_KEY, `--audit` adds a successor to AUDIT_KEYS, `--push` one to PUSH_KEYS. Nothing
 * is written anywhere.
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

/** Before the first record of any log. */
const longAgo = '2000-01-01T00:00:00.000Z'

/**
 * The keys of the audit log to deploy next, newest first: none is ever dropped, for a record shows nothing without its
 * key. Where the log had the master key's until now, that stays as the oldest.
 */
function auditKeys(
  known: readonly SecretVersion[],
  masterKey: string | undefined,
  nowMs: number,
): readonly SecretVersion[] {
  const fresh = {
    id: randomUUID(),
    value: randomBytes(32).toString('base64url'),
    activeFrom: new Date(nowMs).toISOString(),
  }
  const first =
    known.length === 0 && masterKey ? [{ id: 'master', value: masterKey, activeFrom: longAgo }] : []
  return [fresh, ...known, ...first]
}

/** What is set and cannot be read throws, without its value. */
function readSetting(
  name: 'AUTH_SIGNING_KEYS' | 'AUDIT_KEYS' | 'PUSH_KEYS',
  given: string | undefined,
): readonly SecretVersion[] {
  const text = given?.trim()
  if (!text) return []
  const parsed = settings[name].schema.safeParse(text)
  if (!parsed.success) throw new Error(`${name} is set and cannot be read`)
  return parsed.data
}

/** Browsers subscribe anew within this when they are used at all: their subscriptions go no longer than sessions. */
export const pushKeyKeptMs = 370 * 24 * 60 * 60_000

/** A key is of use for as long as somebody who subscribed with it may still be told. */
async function pushKeys(known: readonly SecretVersion[], nowMs: number): Promise<readonly SecretVersion[]> {
  const isStillOfUse = ({ activeFrom }: SecretVersion, index: number) =>
    index === 0 || nowMs - Date.parse(known[index - 1]?.activeFrom ?? activeFrom) < pushKeyKeptMs
  return [await createSigningKey(new Date(nowMs).toISOString()), ...known.filter(isStillOfUse)]
}

/** The lines to print. Throws without naming a value when what is set cannot be read. */
export async function newKeys(
  environment: Readonly<Record<string, string | undefined>>,
  {
    replacesMaster,
    replacesAudit = false,
    replacesPush = false,
    nowMs,
  }: {
    readonly replacesMaster: boolean
    readonly replacesAudit?: boolean
    readonly replacesPush?: boolean
    readonly nowMs: number
  },
): Promise<readonly string[]> {
  const masterKey = environment['AUTH_MASTER_KEY']?.trim()
  const signingKeys = readSetting('AUTH_SIGNING_KEYS', environment['AUTH_SIGNING_KEYS'])
  const ofAudit = readSetting('AUDIT_KEYS', environment['AUDIT_KEYS'])
  const ofPush = readSetting('PUSH_KEYS', environment['PUSH_KEYS'])
  const next = JSON.stringify(await succeed(signingKeys, nowMs))
  return [
    ...(!masterKey || replacesMaster ? [`AUTH_MASTER_KEY=${randomBytes(32).toString('base64url')}`] : []),
    ...(masterKey && replacesMaster ? [`AUTH_MASTER_KEY_PREVIOUS=${masterKey}`] : []),
    `AUTH_SIGNING_KEYS='${next}'`,
    ...(ofAudit.length === 0 || replacesAudit
      ? [`AUDIT_KEYS='${JSON.stringify(auditKeys(ofAudit, masterKey, nowMs))}'`]
      : []),
    ...(ofPush.length === 0 || replacesPush
      ? [`PUSH_KEYS='${JSON.stringify(await pushKeys(ofPush, nowMs))}'`]
      : []),
  ]
}

if (import.meta.main)
  try {
    const replacesMaster = process.argv.includes('--master')
    const replacesAudit = process.argv.includes('--audit')
    const replacesPush = process.argv.includes('--push')
    for (const line of await newKeys(process.env, {
      replacesMaster,
      replacesAudit,
      replacesPush,
      nowMs: Date.now(),
    }))
      console.log(line)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
