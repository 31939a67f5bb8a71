import { z } from 'zod'
import { sentBack } from '../../kernel/sent-back.ts'
import { Prose, Title, WebAddress } from './course-fields.model.ts'

/** Why a file of a lesson is not there for now, or no more. */
export const Unavailable = z.enum(['missing', 'scan_pending', 'file_rejected', 'unreachable']).meta({
  id: 'Unavailable',
  description:
    'Deleted, still being checked for harmful content, removed because of it, or out of reach for the moment.',
})
export type Unavailable = z.infer<typeof Unavailable>

const FileId = z.uuid()
const unavailable = Unavailable.nullable().meta({ description: 'Null when it is there.' })
const signedUrl = z
  .string()
  .nullable()
  .meta({ description: 'Signed, for who takes part; null when it is not there.' })

const ResourceType = z.enum(['pdf', 'link', 'download'])
const title = Title(1, 200)

/** Where completing an upload, or the details of a file, said that the file is. */
const fileAddress = /^https?:\/\/[^/?#]+\/api\/v1\/files\/([\da-f-]{36})\/download$/

/** The file that an address of ours leads to; null for any other address. */
export const fileIdIn = (url: string): string | null => fileAddress.exec(url)?.[1] ?? null

export const Resource = z
  .object({
    title: z.string(),
    url: z.string().meta({
      description: 'Of a file: signed, for who takes part. While it is not there, where it says why.',
    }),
    type: ResourceType,
    fileId: FileId.nullable(),
    unavailable,
  })
  .meta({ id: 'Resource' })
export type Resource = z.infer<typeof Resource>

export const NewResource = sentBack(
  z
    .strictObject({
      title,
      url: z.string().max(2_000).optional().meta({
        format: 'uri',
        pattern: '^https?://',
        description: 'An https address elsewhere, or that of a file of mine. Not read beside a `fileId`.',
      }),
      type: ResourceType,
      fileId: FileId.nullish().meta({ description: 'A completed upload of the category `document`.' }),
    })
    .superRefine(({ url, fileId }, { addIssue }) => {
      if ((fileId ?? null) !== null) return
      if (url === undefined) addIssue({ code: 'custom', path: [], message: 'Give a url or a fileId.' })
      else if (!fileAddress.test(url) && !WebAddress.safeParse(url).success)
        addIssue({ code: 'custom', path: ['url'], message: 'Must be an https address.' })
    }),
  Resource,
).meta({ id: 'NewResource' })
export type NewResource = z.infer<typeof NewResource>

/** As it is stored: either an address elsewhere, or a file. */
export interface StoredResource {
  readonly title: string
  readonly url: string
  readonly type: z.infer<typeof ResourceType>
  readonly fileId?: string
}

function canonicalLanguage(tag: string): string | null {
  try {
    return Intl.getCanonicalLocales(tag.trim().replaceAll('_', '-'))[0] ?? null
  } catch {
    return null
  }
}

const captionKind = z
  .enum(['captions', 'subtitles'])
  .meta({ description: '`captions` say what is heard besides speech, for who does not hear it.' })

export const Caption = z
  .object({
    fileId: FileId,
    language: z.string(),
    label: z.string(),
    kind: captionKind,
    url: signedUrl,
    unavailable,
  })
  .meta({ id: 'Caption' })
export type Caption = z.infer<typeof Caption>
export type StoredCaption = Pick<Caption, 'fileId' | 'language' | 'label' | 'kind'>

export const NewCaption = sentBack(
  z.strictObject({
    fileId: FileId.meta({ description: 'A completed upload of the category `document`, in WebVTT.' }),
    language: z
      .string()
      .min(2)
      .max(35)
      .refine((tag) => canonicalLanguage(tag) !== null, 'Must be a language tag, such as `en` or `es-MX`.')
      .transform((tag) => canonicalLanguage(tag) ?? tag)
      .meta({ pattern: '^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*$', example: 'en' }),
    label: Title(1, 100).optional().meta({ description: 'As players show it. Left out: the language.' }),
    kind: captionKind.default('captions'),
  }),
  Caption,
).meta({ id: 'NewCaption' })
export type NewCaption = z.infer<typeof NewCaption>

export const maxCaptions = 20

const filed = z.object({ fileId: FileId, url: signedUrl, unavailable })

export const Transcript = z.union([filed, z.object({ text: Prose(200_000) })]).meta({ id: 'Transcript' })
export type Transcript = z.infer<typeof Transcript>
export type StoredTranscript = { readonly fileId: string } | { readonly text: string }

export const NewTranscript = z
  .union([sentBack(z.strictObject({ fileId: FileId }), filed), z.strictObject({ text: Prose(200_000) })])
  .meta({ id: 'NewTranscript', description: 'A completed upload of the category `document`, or the text.' })

/** What a language calls itself. */
export function languageName(tag: string): string {
  return new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag
}
