import { randomBytes } from 'node:crypto'
import { DefaultAzureCredential } from '@azure/identity'
import { SecretClient } from '@azure/keyvault-secrets'
import { createSigningKey } from '../../src/adapters/jose/access-tokens.ts'
import { createKeyVaultSecrets } from '../../src/adapters/key-vault/secrets.ts'
import { createMemoryLog } from '../../src/adapters/memory/log.ts'
import { systemClock } from '../../src/adapters/system/clock.ts'
import { secretsContract } from '../contracts/small-ports.contract.ts'
import { onRealService } from './real-service.ts'

const hourMs = 3_600_000

/** Adds versions that expire after two hours: to a vault for tests. */
onRealService('Azure Key Vault', ['KEY_VAULT_URL'], ({ KEY_VAULT_URL: vaultUrl }) =>
  secretsContract('key vault', async () => {
    const credential = new DefaultAzureCredential()
    const client = new SecretClient(vaultUrl, credential)
    const after = (ms: number) => new Date(systemClock.now() + ms)
    const set = async (name: string, value: string, from: number) => {
      await client.setSecret(name, value, { notBefore: after(from), expiresOn: after(2 * hourMs) })
    }
    const newKey = async () => (await createSigningKey(after(0).toISOString())).value
    await set('signing-keys', await newKey(), -1_000)
    await set('master-key', randomBytes(32).toString('base64url'), -1_000)

    let aheadMs = 0
    const now = () => systemClock.now() + aheadMs
    return {
      secrets: createKeyVaultSecrets({ vaultUrl, credential, clock: { now }, log: createMemoryLog() }),
      now,
      async renew() {
        await set('signing-keys', await newKey(), hourMs)
        aheadMs += 60_000
      },
    }
  }),
)
