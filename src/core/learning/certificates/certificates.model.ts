import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'
import { PersonName } from '../../accounts/users/users.model.ts'
import { sentBack } from '../../kernel/sent-back.ts'
import { Base32Code } from '../../kernel/typed-code.ts'

/** What somebody who has the code is shown; each shows what the one before does. Nothing but `validity` without consent. */
export const Shows = z.enum(['validity', 'course', 'name']).meta({ id: 'CertificateShows' })
export type Shows = z.infer<typeof Shows>

/** That somebody completed a course. */
export interface Certificate {
  /** The course. */
  readonly id: string
  readonly userId: string
  /** Folded: 80 bits that nobody can guess. */
  readonly code: string
  /** As it was called then. */
  readonly courseTitle: string
  readonly completedAt: string
  readonly issuedAt: string
  /** What its holder wants to be called on it; null: as the account is. */
  readonly name: string | null
  readonly shows: Shows
  /** When the holder allowed what is shown beyond `validity`; null while nothing is. */
  readonly consentedAt: string | null
}

/** Partition `userId`: somebody's own are listed together, and erased together. */
export const certificates = collection<Certificate>()({
  name: 'Certificates',
  partition: 'userId',
  paths: { byIssue: { by: [], order: 'issuedAt' } },
})

/** Whose a code is. It counts only while that certificate has this very code. */
export interface CertificateCode {
  /** The code, folded. */
  readonly id: string
  readonly userId: string
  readonly courseId: string
}

/** Partition `id`: a check knows the code and nothing else. */
export const certificateCodes = collection<CertificateCode>()({
  name: 'CertificateCodes',
  partition: 'id',
  paths: {},
})

export const CertificateCodeInPath = z.object({
  code: Base32Code.meta({ example: 'K7QF-2M9D-X4RT-8HWB', 'x-holds': 'typed-code' }),
})

export const CertificateView = z
  .object({
    courseId: z.uuid(),
    courseTitle: z.string(),
    completedAt: z.iso.datetime(),
    issuedAt: z.iso.datetime().nullable().meta({
      description: 'Null for a course that was completed before there were certificates: ask for it.',
    }),
    code: z.string().nullable().meta({ description: 'For whoever is to check it.' }),
    url: z.string().nullable().meta({ description: 'Where it is checked.' }),
    name: z.string().meta({ description: 'As it stands on the certificate.' }),
    shows: Shows,
    consentedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Certificate' })
export type CertificateView = z.infer<typeof CertificateView>

export const IssueCertificate = z.strictObject({ courseId: z.uuid() }).meta({ id: 'IssueCertificate' })
export type IssueCertificate = z.infer<typeof IssueCertificate>

export const UpdateCertificate = sentBack(
  z
    .strictObject({
      name: PersonName.nullable().meta({ description: 'Null: as the account is called.' }),
      shows: Shows.meta({
        description:
          'What whoever has the code is shown: that it is valid, also the course and the day, also the name. Taken back at once.',
      }),
    })
    .partial()
    .refine((change) => Object.keys(change).length > 0, 'Give at least one field to change.'),
  CertificateView,
).meta({ id: 'UpdateCertificate' })
export type UpdateCertificate = z.infer<typeof UpdateCertificate>

export const CheckedCertificate = z
  .object({
    code: z.string(),
    isValid: z.literal(true),
    issuer: z.string(),
    course: z
      .object({ title: z.string(), completedOn: z.iso.date() })
      .nullable()
      .meta({ description: 'Null unless the holder shows it.' }),
    name: z.string().nullable().meta({ description: 'Null unless the holder shows it.' }),
  })
  .meta({ id: 'CheckedCertificate' })
export type CheckedCertificate = z.infer<typeof CheckedCertificate>
