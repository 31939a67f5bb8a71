import { type Stored, VersionMismatch } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import type { Actor } from '../kernel/actor.ts'
import { conflict, validationError } from '../kernel/errors.ts'
import { isOwn } from './complete-upload.ts'
import type { FileCategory } from './file-categories.ts'
import { type FileBinding, files, type StoredFile } from './files.model.ts'
import type { RemoveFile } from './remove-file.ts'

const attempts = 10

export interface FileClaim {
  readonly fileId: string
  /** For a file that came without an account. */
  readonly claimToken?: string | undefined
}

/** Where a file is bound: to which part, if it has parts. */
export interface BindingTarget extends Pick<FileBinding, 'kind' | 'id'> {
  readonly part?: string
}

const isSame = (a: FileBinding | null, b: BindingTarget) => a !== null && a.kind === b.kind && a.id === b.id
/** So many messages of one conversation are remembered for a file that is sent again and again, the latest. */
const maxParts = 100

/**
 * Binds a person's uploaded files to what they are sent with. Binding to the same again changes nothing. What they are
 * sent with need not come to be: a day after the upload that is looked at.
 */
export function createBindFiles(
  { documents, clock }: Needs<'documents' | 'clock'>,
  { removeFile }: { readonly removeFile: RemoveFile },
) {
  const unknown = (path: string) =>
    validationError([
      { path, code: 'unknown_file', message: 'Must be a file that you uploaded and have not used yet.' },
    ])

  const read = async (fileId: string) => documents.read(files, { partition: fileId, id: fileId })

  const withPart = (binding: FileBinding | null, { kind, id, part }: BindingTarget): FileBinding => ({
    kind,
    id,
    parts: part === undefined ? [] : [...(binding?.parts ?? []), part].slice(-maxParts),
    ...((binding?.hasForgottenParts || (binding?.parts.length ?? 0) >= maxParts) && {
      hasForgottenParts: true as const,
    }),
    boundAt: new Date(clock.now()).toISOString(),
  })
  const withoutPart = (binding: FileBinding, { part }: BindingTarget): FileBinding | null => {
    const parts = binding.parts.filter((each) => each !== part)
    return parts.length === 0 && !binding.hasForgottenParts ? null : { ...binding, parts }
  }

  /** Replaces the binding by what `change` makes of it, until nobody was faster; the same again is not written. */
  async function rebind(
    stored: Stored<StoredFile>,
    change: (binding: FileBinding | null) => FileBinding | null,
  ): Promise<StoredFile | null> {
    let current: Stored<StoredFile> | null = stored
    for (let attempt = 1; attempt <= attempts && current; attempt++) {
      const file: StoredFile = current.value
      const binding = change(file.binding)
      if (binding === file.binding) return file
      try {
        return (await documents.replace(files, { ...file, binding }, current.version)).value
      } catch (error) {
        if (!(error instanceof VersionMismatch)) throw error
        current = await read(file.id)
      }
    }
    if (current) throw conflict()
    return null
  }

  const isBoundAlready = (binding: FileBinding | null, target: BindingTarget) =>
    isSame(binding, target) && (target.part === undefined || binding?.parts.includes(target.part) === true)

  async function bindOne(
    stored: Stored<StoredFile>,
    target: BindingTarget,
    path: string,
  ): Promise<StoredFile> {
    const file = await rebind(stored, (binding) => {
      if (isBoundAlready(binding, target)) return binding
      if (binding !== null && !isSame(binding, target)) throw unknown(path)
      return withPart(binding, target)
    })
    if (!file) throw unknown(path)
    return file
  }

  async function unbindOne(fileId: string, target: BindingTarget): Promise<void> {
    const stored = await read(fileId)
    if (stored)
      await rebind(stored, (binding) =>
        binding && isBoundAlready(binding, target) ? withoutPart(binding, target) : binding,
      )
  }

  /**
   * Takes one part's hold of a file away, and the file with it when no other part holds it. Whoever binds it to another
   * part meanwhile either keeps it or is told that it is gone.
   */
  async function release(ownerId: string, fileId: string, target: BindingTarget): Promise<void> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const stored = await read(fileId)
      if (!stored || stored.value.ownerId !== ownerId || !isSame(stored.value.binding, target)) return
      const binding = stored.value.binding && withoutPart(stored.value.binding, target)
      if (binding === null) {
        if (await removeFile.remove(stored)) return
        continue
      }
      if (binding.parts.length === stored.value.binding?.parts.length) return
      try {
        await documents.replace(files, { ...stored.value, binding }, stored.version)
        return
      } catch (error) {
        if (!(error instanceof VersionMismatch)) throw error
      }
    }
    throw conflict()
  }

  async function bind(
    actor: Pick<Actor, 'userId'> | null,
    claims: readonly FileClaim[],
    target: BindingTarget,
    category: FileCategory,
  ): Promise<readonly StoredFile[]> {
    const found = await Promise.all(
      claims.map(async ({ fileId, claimToken }, i) => {
        const stored = await read(fileId)
        const path = `attachments.${i}`
        if (!stored || stored.value.category !== category || !(await isOwn(stored.value, actor, claimToken)))
          throw unknown(path)
        const { state, binding: present } = stored.value
        if (state === 'uploading' || state === 'rejected' || (present && !isSame(present, target)))
          throw unknown(path)
        return { stored, path }
      }),
    )
    const bound: string[] = []
    const results: StoredFile[] = []
    try {
      for (const { stored, path } of found) {
        results.push(await bindOne(stored, target, path))
        if (!isBoundAlready(stored.value.binding, target)) bound.push(stored.value.id)
      }
    } catch (error) {
      for (const fileId of bound) await unbindOne(fileId, target)
      throw error
    }
    return results
  }

  return { bind, release }
}

export type BindFiles = ReturnType<typeof createBindFiles>['bind']
