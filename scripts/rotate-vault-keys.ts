import { randomBytes } from 'node:crypto'
import { DefaultAzureCredential } from '@azure/identity'
import { SecretClient, type SecretProperties } from '@azure/keyvault-secrets'
import { createSigningKey } from '../src/adapters/jose/access-tokens.ts'
import { keptAfterSuccessionMs, publishedBeforeUseMs } from './new-keys.ts'

/*
 * Gives the key vault at KEY_VAULT_URL its next signing key, and what else is missing there, as whoever is signed in to
 * Azure. Running processes see it within minutes. `--master` also gives it the next master key, `--push` the next key of web push.
 */

const startOf = ({ notBefore, createdOn }: SecretProperties) => (notBefore ?? createdOn)?.getTime() ?? 0

/** Says what it did. A successor is there for an hour before its use, so that every process knows it by then. */
export async function rotateVaultKeys(
  client: SecretClient,
  {
    replacesMaster,
    replacesPush = false,
    nowMs,
  }: { readonly replacesMaster: boolean; readonly replacesPush?: boolean; readonly nowMs: number },
): Promise<readonly string[]> {
  const done: string[] = []

  /** Those that are enabled, newest first. */
  async function versionsOf(name: string): Promise<readonly SecretProperties[]> {
    const versions: SecretProperties[] = []
    try {
      for await (const version of client.listPropertiesOfSecretVersions(name))
        if (version.enabled !== false) versions.push(version)
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode !== 404) throw error
    }
    return versions.toSorted((a, b) => startOf(b) - startOf(a))
  }
  async function add(name: string, value: string, isFirst: boolean): Promise<void> {
    const notBefore = new Date(isFirst ? nowMs : nowMs + publishedBeforeUseMs)
    const { properties } = await client.setSecret(name, value, { notBefore, contentType: 'text/plain' })
    done.push(`${name}: version ${properties.version} is used from ${notBefore.toISOString()}`)
  }

  const signingKeys = await versionsOf('signing-keys')
  const { value } = await createSigningKey(new Date(nowMs).toISOString())
  await add('signing-keys', value, signingKeys.length === 0)
  for (const [index, { version = '' }] of signingKeys.entries()) {
    const successor = signingKeys[index - 1]
    if (!successor || nowMs - startOf(successor) < keptAfterSuccessionMs) continue
    await client.updateSecretProperties('signing-keys', version, { enabled: false })
    done.push(`signing-keys: version ${version} is disabled`)
  }

  const masterKeys = await versionsOf('master-key')
  if (masterKeys.length === 0 || replacesMaster)
    await add('master-key', randomBytes(32).toString('base64url'), masterKeys.length === 0)

  // Older versions stay: browsers that subscribed with one are told by it.
  const pushKeys = await versionsOf('push-keys')
  if (pushKeys.length === 0 || replacesPush) {
    const made = await createSigningKey(new Date(nowMs).toISOString())
    await add('push-keys', made.value, pushKeys.length === 0)
  }
  return done
}

if (import.meta.main)
  try {
    const vaultUrl = process.env['KEY_VAULT_URL']?.trim()
    if (!vaultUrl) throw new Error('set KEY_VAULT_URL')
    const client = new SecretClient(vaultUrl, new DefaultAzureCredential())
    const replacesMaster = process.argv.includes('--master')
    const replacesPush = process.argv.includes('--push')
    const nowMs = Date.now()
    for (const line of await rotateVaultKeys(client, { replacesMaster, replacesPush, nowMs }))
      console.log(line)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
