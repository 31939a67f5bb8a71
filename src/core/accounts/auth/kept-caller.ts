import { z } from 'zod'
import type { Caller } from '../../kernel/actor.ts'
import { Language } from '../../kernel/language.ts'

/** Who asked, for the record of what is decided later. */
export const KeptCaller = z.object({
  requestId: z.string(),
  address: z.string().nullable(),
  site: z.string().nullable(),
  userAgent: z.string().nullable(),
  /** Of what waits since before there was another. */
  language: Language.default('en'),
})

export const keepCaller = ({
  requestId,
  address,
  site,
  userAgent,
  language,
}: Caller): z.infer<typeof KeptCaller> => ({
  requestId,
  address,
  site,
  userAgent,
  language,
})
