import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'

export const ConsentDocument = z.enum(['privacy', 'terms', 'messaging']).meta({ id: 'ConsentDocument' })
export type ConsentDocument = z.infer<typeof ConsentDocument>

/** What somebody said to one version of one text. Never changed: taking back is another record. */
export interface Consent {
  readonly id: string
  readonly userId: string
  readonly document: ConsentDocument
  readonly version: string
  readonly decision: 'given' | 'withdrawn'
  readonly decidedAt: string
}

/** Partition `userId`: read with the person, exported and erased with the person. */
export const consents = collection<Consent>()({
  name: 'Consents',
  partition: 'userId',
  paths: { byTime: { by: [], order: 'decidedAt' } },
})

const words = {
  title: z.string(),
  text: z.string().meta({ description: 'Plain text; paragraphs are separated by an empty line.' }),
}

export const ConsentTranslation = z.object(words).meta({ id: 'ConsentTranslation' })
export type ConsentTranslation = z.infer<typeof ConsentTranslation>

export const ConsentText = z
  .object({
    document: ConsentDocument,
    version: z.string().meta({ example: '2026-11-01' }),
    ...words,
    translations: z.object({ es: ConsentTranslation.optional() }).meta({
      description:
        'The same in other languages, to be shown beside it. What is agreed to is `text`, in English: where they differ, it counts.',
    }),
  })
  .meta({ id: 'ConsentText' })
export type ConsentText = z.infer<typeof ConsentText>

/** As it is kept for good. */
export type AgreedText = Omit<ConsentText, 'translations'>

export const Decide = z
  .strictObject({
    document: ConsentDocument,
    version: z.string().max(40).meta({ description: 'The one that was shown.' }),
    given: z.boolean(),
  })
  .meta({ id: 'DecideConsent' })
export type Decide = z.infer<typeof Decide>

export const ConsentView = z
  .object({
    id: z.uuid(),
    document: ConsentDocument,
    version: z.string(),
    decision: z.enum(['given', 'withdrawn']),
    decidedAt: z.iso.datetime(),
  })
  .meta({ id: 'Consent' })
export type ConsentView = z.infer<typeof ConsentView>
