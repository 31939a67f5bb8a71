import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { nothingKept, type PersonalData } from '../../kernel/personal-data.ts'
import { type Certificate, certificateCodes, certificates } from './certificates.model.ts'

export function createCertificatesPersonalData(
  { documents }: Needs<'documents'>,
  { all }: { readonly all: (userId: string) => AsyncIterable<Stored<Certificate>> },
): readonly PersonalData[] {
  async function of(userId: string): Promise<readonly Certificate[]> {
    const found: Certificate[] = []
    for await (const { value } of all(userId)) found.push(value)
    return found
  }
  return [
    {
      store: certificateCodes.name,
      dataClass: 'personal',
      fields: ['userId', 'courseId'],
      purpose: 'Finds a certificate by the code that somebody was given.',
      retention: 'For as long as the account exists.',
      notExported: 'The codes are exported with the certificates.',
      // Before the certificates, which say what the codes are.
      async erase({ userId }) {
        for (const { code } of await of(userId))
          await documents.remove(certificateCodes, { partition: code, id: code })
        return nothingKept
      },
    },
    {
      store: certificates.name,
      dataClass: 'personal',
      fields: ['code', 'courseTitle', 'completedAt', 'issuedAt', 'name', 'shows', 'consentedAt'],
      purpose: 'Lets somebody show that they completed a course, to whom they want.',
      retention: 'For as long as the account exists.',
      collect: async ({ userId }) => of(userId),
      async erase({ userId }) {
        for (const { id } of await of(userId)) await documents.remove(certificates, { partition: userId, id })
        return nothingKept
      },
    },
  ]
}
