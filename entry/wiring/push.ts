import { noPusher } from '../../src/adapters/memory/no-pusher.ts'
import { createMemoryPusher } from '../../src/adapters/memory/pusher.ts'
import type { Config } from '../../src/config/config.ts'
import type { Ciphers } from '../../src/ports/ciphers.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Pusher } from '../../src/ports/pusher.ts'
import type { Secrets } from '../../src/ports/secrets.ts'

export async function openPush(
  { push }: Config,
  needs: { readonly secrets: Secrets; readonly ciphers: Ciphers; readonly clock: Clock },
): Promise<Pusher> {
  switch (push.kind) {
    case 'off':
      return noPusher
    case 'memory':
      return createMemoryPusher()
    case 'web-push': {
      const { createWebPushPusher } = await import('../../src/adapters/web-push/pusher.ts')
      return createWebPushPusher({ ...needs, ...push })
    }
  }
}
