import { type FileHandle, mkdir, open } from 'node:fs/promises'

export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code

export async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null
    throw error
  }
}

export const makeDirectory = (path: string) => mkdir(path, { recursive: true, mode: 0o700 })

/** Makes the names in it last. A directory that went away meanwhile has none. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await orNull(open(directory, 'r'))
  try {
    await handle?.sync()
  } finally {
    await handle?.close()
  }
}

/** A new file with this content, flushed to the disk. `at` is then its time. */
export async function writeFile(
  path: string,
  source: AsyncIterable<Uint8Array<ArrayBuffer>>,
  at?: () => Date,
): Promise<void> {
  const handle: FileHandle = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of source)
      for (let offset = 0; offset < chunk.byteLength; )
        offset += (await handle.write(chunk, offset)).bytesWritten
    const time = at?.()
    if (time) await handle.utimes(time, time)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
