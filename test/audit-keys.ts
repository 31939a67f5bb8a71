import { createFilesystemSecrets } from '../src/adapters/filesystem/secrets.ts'
import { createSigningKey } from '../src/adapters/jose/access-tokens.ts'
import { createManualClock } from '../src/adapters/memory/clock.ts'
import { createMemorySecrets } from '../src/adapters/memory/secrets.ts'
import { createNodeAuditKeys } from '../src/adapters/node-crypto/audit-keys.ts'
import { systemClock } from '../src/adapters/system/clock.ts'
import { encodeBase64url } from '../src/ports/base64url.ts'
import type { SecretVersion } from '../src/ports/secrets.ts'

/** Always the same key for the same letter, active from the beginning of `year`. */
export const auditSecret = (letter: string, year = 2000): SecretVersion => ({
  id: letter,
  value: encodeBase64url(new Uint8Array(32).fill(letter.codePointAt(0) ?? 0)),
  activeFrom: `${year}-01-01T00:00:00.000Z`,
})

/** By the keys that a deployment has, newest first; without any there is the one of every test. */
export const testAuditKeys = (...secrets: readonly SecretVersion[]) =>
  createNodeAuditKeys({
    secrets: createMemorySecrets({
      'signing-keys': [],
      'master-key': [],
      'audit-keys': secrets.length > 0 ? secrets : [auditSecret('t')],
    }),
    clock: createManualClock(),
  })

/** Those of a server that keeps its secrets in this folder. */
export const auditKeysIn = (directory: string) =>
  createNodeAuditKeys({
    secrets: createFilesystemSecrets({
      directory,
      clock: systemClock,
      createSigningKey,
      rotateAfterDays: 90,
    }),
    clock: systemClock,
  })
