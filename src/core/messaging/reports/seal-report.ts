import { type Keys, sealedWith } from '../../platform/keys/keys.ts'
import type { FrozenMessage, StaffRemark, StoredReport } from './reports.model.ts'

/** The texts of a report that are encrypted, each in a field of its own. */
interface Contents {
  readonly sealedMessage: FrozenMessage
  readonly sealedNote: string
  readonly sealedStaffNotes: readonly StaffRemark[]
}
type Field = keyof Contents
export type SealedFields = { readonly [F in Field]: string | null } & { readonly keyId: string }

const purpose = 'message report'
const placeOf = (field: Field, id: string): string => `Reports.${field} ${id}`

/** A text is bound to its field and its report, and does not open in another. */
export function createSealReport(keys: Pick<Keys, 'activeKeyId' | 'open' | 'seal'>) {
  const seal = <F extends Field>(id: string, field: F, content: Contents[F]): Promise<string> =>
    keys.seal(purpose, placeOf(field, id), new TextEncoder().encode(JSON.stringify(content)))

  /** Fails where something is there and does not open: it was altered, moved, or its key is gone. */
  async function open<F extends Field>(report: StoredReport, field: F): Promise<Contents[F] | null> {
    const sealed = report[field]
    if (sealed === null) return null
    const plain = await keys.open(purpose, placeOf(field, report.id), sealed)
    if (!plain) throw new Error(`${field} of a report cannot be decrypted`)
    return JSON.parse(new TextDecoder().decode(plain)) as Contents[F]
  }

  /** All of them under the master key in force, so that one key says what the report needs. */
  async function sealAll(
    id: string,
    contents: { readonly [F in Field]: Contents[F] | null },
  ): Promise<SealedFields> {
    const { sealedMessage, sealedNote, sealedStaffNotes } = contents
    const sealed = {
      sealedMessage: sealedMessage && (await seal(id, 'sealedMessage', sealedMessage)),
      sealedNote: sealedNote && (await seal(id, 'sealedNote', sealedNote)),
      sealedStaffNotes: sealedStaffNotes && (await seal(id, 'sealedStaffNotes', sealedStaffNotes)),
    }
    const [first] = Object.values(sealed).filter((each) => each !== null)
    return { ...sealed, keyId: first === undefined ? await keys.activeKeyId() : sealedWith(first) }
  }

  async function openAll(report: StoredReport): Promise<{ readonly [F in Field]: Contents[F] | null }> {
    const [sealedMessage, sealedNote, sealedStaffNotes] = await Promise.all([
      open(report, 'sealedMessage'),
      open(report, 'sealedNote'),
      open(report, 'sealedStaffNotes'),
    ])
    return { sealedMessage, sealedNote, sealedStaffNotes }
  }

  return { open, openAll, sealAll }
}

export type SealReport = ReturnType<typeof createSealReport>
