import { type Stored, VersionMismatch } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import type { Actor } from '../actor.ts'
import { conflict, validationError } from '../errors.ts'
import { isOwn } from './complete-upload.ts'
import { type FileBinding, type FileCategory, files, type StoredFile } from './files.model.ts'

const attempts = 5

export interface FileClaim {
  readonly fileId: string
  /** For a file that came without an account. */
  readonly claimToken?: string | undefined
}

const isSame = (a: FileBinding | null, b: FileBinding) => a !== null && a.kind === b.kind && a.id === b.id

/** Binds a person's uploaded files to what they are sent with. Binding to the same again changes nothing. */
export function createBindFiles({ documents }: Needs<'documents'>) {
  const unknown = (path: string) =>
    validationError([
      { path, code: 'unknown_file', message: 'Must be an uploaded file of yours that is not used yet.' },
    ])

  const read = async (fileId: string) => documents.read(files, { partition: fileId, id: fileId })

  async function bindOne(
    stored: Stored<StoredFile>,
    binding: FileBinding | null,
    path: string,
  ): Promise<StoredFile> {
    let current: Stored<StoredFile> | null = stored
    for (let attempt = 1; attempt <= attempts && current; attempt++) {
      const file: StoredFile = current.value
      if (binding !== null && isSame(file.binding, binding)) return file
      if (binding !== null && file.binding !== null) throw unknown(path)
      try {
        return (await documents.replace(files, { ...file, binding }, current.version)).value
      } catch (error) {
        if (!(error instanceof VersionMismatch)) throw error
        current = await read(file.id)
      }
    }
    throw current ? conflict() : unknown(path)
  }

  return async (
    actor: Pick<Actor, 'userId'> | null,
    claims: readonly FileClaim[],
    binding: FileBinding,
    category: FileCategory,
  ): Promise<readonly StoredFile[]> => {
    const found = await Promise.all(
      claims.map(async ({ fileId, claimToken }, i) => {
        const stored = await read(fileId)
        const path = `attachments.${i}`
        if (!stored || stored.value.category !== category || !(await isOwn(stored.value, actor, claimToken)))
          throw unknown(path)
        const { state, binding: present } = stored.value
        if (state === 'uploading' || state === 'rejected' || (present && !isSame(present, binding)))
          throw unknown(path)
        return { stored, path }
      }),
    )
    const bound: { readonly file: StoredFile; readonly isNew: boolean }[] = []
    try {
      for (const { stored, path } of found)
        bound.push({ file: await bindOne(stored, binding, path), isNew: stored.value.binding === null })
    } catch (error) {
      for (const { file, isNew } of bound) {
        const stored = isNew ? await read(file.id) : null
        if (stored && isSame(stored.value.binding, binding)) await bindOne(stored, null, '')
      }
      throw error
    }
    return bound.map(({ file }) => file)
  }
}
