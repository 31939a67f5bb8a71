import { randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../ports/clock.ts'
import type { SecretName, Secrets, SecretVersion } from '../../ports/secrets.ts'

/** Of one machine: its master key never changes, so that the audit log needs no keys of its own. */
type SecretsFile = Record<Exclude<SecretName, 'audit-keys'>, readonly SecretVersion[]>

const dayMs = 86_400_000

/** The file of secrets cannot be read as one. It is never made anew: what is encrypted under its keys would be lost. */
export class DamagedSecrets extends Error {
  override readonly name = 'DamagedSecrets'
  constructor(path: string) {
    super(
      `${path} holds no readable secrets. Restore it from a backup: without its keys nothing encrypted can be read. Where there is no data yet, remove it.`,
    )
  }
}

/** Push keys came later: a file from before gets one. */
type ReadFile = Omit<SecretsFile, 'push-keys'> & Partial<SecretsFile>

const isVersions = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every(({ id, value: text, activeFrom }) =>
    [id, text, activeFrom].every((each) => typeof each === 'string'),
  )

function parseSecrets(text: string): ReadFile | null {
  try {
    const parsed = JSON.parse(text)
    const isWhole =
      isVersions(parsed['signing-keys']) &&
      isVersions(parsed['master-key']) &&
      (parsed['push-keys'] === undefined || isVersions(parsed['push-keys']))
    return isWhole ? parsed : null
  } catch {
    return null
  }
}

/**
 * Secrets of one machine in `<directory>/secrets.json`, readable by its owner alone and made on first use. A signing
 * key that is `rotateAfterDays` old gets a successor, published an hour before it is used; the predecessor stays for a
 * day after.
 */
export function createFilesystemSecrets({
  directory,
  clock,
  createSigningKey,
  rotateAfterDays,
}: {
  readonly directory: string
  readonly clock: Clock
  readonly createSigningKey: (activeFrom: string) => Promise<SecretVersion>
  readonly rotateAfterDays: number
}): Secrets {
  const path = join(directory, 'secrets.json')
  let current: Promise<SecretsFile> | undefined

  const writeBeside = async (secrets: SecretsFile) => {
    await mkdir(directory, { recursive: true })
    const temporary = join(directory, `.secrets-${randomUUID()}`)
    await writeFile(temporary, JSON.stringify(secrets, null, 2), { mode: 0o600, flag: 'wx', flush: true })
    return temporary
  }
  const read = async (): Promise<ReadFile | null> => {
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
    const secrets = parseSecrets(text)
    if (!secrets) throw new DamagedSecrets(path)
    return secrets
  }
  const create = async (): Promise<ReadFile> => {
    const activeFrom = new Date(clock.now()).toISOString()
    const secrets: SecretsFile = {
      'signing-keys': [await createSigningKey(activeFrom)],
      'master-key': [{ id: randomUUID(), value: randomBytes(32).toString('base64url'), activeFrom }],
      'push-keys': [await createSigningKey(activeFrom)],
    }
    const temporary = await writeBeside(secrets)
    try {
      // A hard link refuses to replace: of two processes starting at once one wins and both read the winner's file.
      await link(temporary, path)
      return secrets
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      return (await read()) as ReadFile
    } finally {
      await rm(temporary)
    }
  }
  const rotate = async (secrets: SecretsFile): Promise<SecretsFile> => {
    const now = clock.now()
    const [newest, ...older] = secrets['signing-keys']
    if (newest && now - Date.parse(newest.activeFrom) < rotateAfterDays * dayMs) return secrets
    const successor = await createSigningKey(new Date(now + dayMs / 24).toISOString())
    const isStillSeen = (key: SecretVersion) =>
      now - Date.parse(key.activeFrom) < (rotateAfterDays + 1) * dayMs
    const kept = [...(newest ? [newest] : []), ...older.filter(isStillSeen)]
    const rotated: SecretsFile = { ...secrets, 'signing-keys': [successor, ...kept] }
    await rename(await writeBeside(rotated), path)
    return rotated
  }
  /** Of two processes that do so at the same time one wins, and both read what it wrote the next time. */
  const complete = async (secrets: ReadFile): Promise<SecretsFile> => {
    const { 'push-keys': pushKeys } = secrets
    if (pushKeys) return { ...secrets, 'push-keys': pushKeys }
    const made = [await createSigningKey(new Date(clock.now()).toISOString())]
    const completed = { ...secrets, 'push-keys': made }
    await rename(await writeBeside(completed), path)
    return completed
  }
  const load = async () => rotate(await complete((await read()) ?? (await create())))

  return {
    async versions(name) {
      if (name === 'audit-keys') return []
      const previous = current
      current = (async () => {
        await previous?.catch(() => undefined)
        return load()
      })()
      return (await current)[name]
    },
  }
}
