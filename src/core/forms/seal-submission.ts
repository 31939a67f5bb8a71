import { decodeBase64url, encodeBase64url } from '../../ports/base64url.ts'
import type { Needs } from '../../ports/ports.ts'
import { type RandomBytes, randomBytes } from '../../ports/random-bytes.ts'
import type { Submission } from '../../ports/submissions.ts'
import { type Keys, sealedWith } from '../platform/keys/keys.ts'
import type { FilledForm } from './forms.model.ts'

export interface StaffNote {
  readonly text: string
  readonly by: string
  readonly at: string
}

export interface AddedInformation {
  readonly message: string
  readonly at: string
}

/** The texts of a submission that are encrypted, each in a column of its own. */
interface Contents {
  readonly data: FilledForm['form']
  readonly information: readonly AddedInformation[]
  readonly notes: readonly StaffNote[]
}
type Column = keyof Contents

const purpose = 'submission key'
const placeOf = (column: Column | 'sealed_key', id: string): string => `form_submissions.${column} ${id}`
const text = new TextEncoder()

/**
 * Encrypts what people wrote. Each submission has a key of its own, itself encrypted with a key of ours: without
 * it nothing in the row can be read, so erasing it erases the rest. A text is bound to its table, column and row, and
 * does not open in another.
 */
export function createSealSubmission(
  { ciphers }: Needs<'ciphers'>,
  keys: Keys,
  random: RandomBytes = randomBytes,
) {
  const encrypt = async <C extends Column>(
    key: Uint8Array<ArrayBuffer>,
    column: C,
    id: string,
    content: Contents[C],
  ) => {
    const iv = random(12)
    const plain = text.encode(JSON.stringify(content))
    const sealed = await ciphers.encrypt(key, iv, placeOf(column, id), plain)
    return `${encodeBase64url(iv)}.${encodeBase64url(sealed)}`
  }
  const sealKey = async (id: string, bytes: Uint8Array<ArrayBuffer>) => {
    const sealedKey = await keys.seal(purpose, placeOf('sealed_key', id), bytes)
    return { sealedKey, keyId: sealedWith(sealedKey) }
  }
  const openKey = async ({ id, sealedKey }: Submission): Promise<Uint8Array<ArrayBuffer> | null> =>
    sealedKey === null ? null : keys.open(purpose, placeOf('sealed_key', id), sealedKey)

  /** Fails where something is there and does not open: it was altered, moved, or its key is gone. */
  async function open<C extends Column>(submission: Submission, column: C): Promise<Contents[C] | null> {
    const sealed = submission[column]
    if (sealed === null || submission.sealedKey === null) return null
    const key = await openKey(submission)
    const [iv, ciphertext] = sealed.split('.').map(decodeBase64url)
    const plain =
      key && iv && ciphertext
        ? await ciphers.decrypt(key, iv, placeOf(column, submission.id), ciphertext)
        : null
    if (!plain) throw new Error(`${column} of a submission cannot be decrypted`)
    return JSON.parse(new TextDecoder().decode(plain)) as Contents[C]
  }

  return {
    async sealNew(id: string, form: FilledForm['form']) {
      const key = random(32)
      const [sealed, data] = await Promise.all([sealKey(id, key), encrypt(key, 'data', id, form)])
      return { ...sealed, data }
    },
    async seal<C extends 'information' | 'notes'>(
      submission: Submission,
      column: C,
      content: Contents[C],
    ): Promise<string> {
      const key = await openKey(submission)
      if (!key) throw new Error('the key of a submission cannot be decrypted')
      return encrypt(key, column, submission.id, content)
    },
    open,
    /** The key of the submission under the master key in force. */
    async renewKey(submission: Submission) {
      const bytes = await openKey(submission)
      if (!bytes) throw new Error('the key of a submission cannot be decrypted')
      return sealKey(submission.id, bytes)
    },
  }
}

export type SealSubmission = ReturnType<typeof createSealSubmission>
