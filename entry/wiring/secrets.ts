import { createMemorySecrets } from '../../src/adapters/memory/secrets.ts'
import type { Config, GivenSecrets } from '../../src/config/config.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Native } from './native.ts'

export function openSecrets({ secrets }: Config, given: GivenSecrets, native: Native, clock: Clock) {
  switch (secrets.kind) {
    case 'generated':
      return native.createGeneratedSecrets(clock, secrets.rotateAfterDays)
    case 'environment':
      return createMemorySecrets(given)
    case 'key-vault':
      return native.createKeyVaultSecrets(secrets.vaultUrl, clock)
  }
}
