import { z } from 'zod'
import type { Caller } from '../../kernel/actor.ts'

/** Who asked, for the record of what is decided later. */
export const KeptCaller = z.object({
  requestId: z.string(),
  address: z.string().nullable(),
  site: z.string().nullable(),
  userAgent: z.string().nullable(),
})

export const keepCaller = ({ requestId, address, site, userAgent }: Caller): z.infer<typeof KeptCaller> => ({
  requestId,
  address,
  site,
  userAgent,
})
