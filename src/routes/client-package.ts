import { Hono } from 'hono'
import { AppError } from '../core/kernel/errors.ts'
import type { AppEnv } from '../http/request-context.ts'
import { sharedAnswer } from '../http/shared-answer.ts'

interface Asset {
  readonly body: Uint8Array<ArrayBuffer>
  readonly type: string
  readonly etag: string
}

/** The client of exactly this version, for `npm install https://…/client.tgz`. */
export const clientPackageRoutes = (readAsset: (name: string) => Promise<Asset | null>) =>
  new Hono<AppEnv>().get('/client.tgz', async (c) => {
    const asset = await readAsset('client.tgz')
    if (!asset)
      throw new AppError(
        'not_found',
        'not_found',
        'The client was not built with this server: npm run build:client.',
      )
    return sharedAnswer(c, asset)
  })
