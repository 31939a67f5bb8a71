import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AuditAnchors } from '../../ports/audit-anchors.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'

const ending = '.txt'

/** A file for each, which nobody may write to. Whoever owns the folder may remove it: put it on a medium that refuses. */
export function createFilesystemAuditAnchors({ directory }: { readonly directory: string }): AuditAnchors {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (cause) {
      throw new PortUnavailable('audit anchors', { cause })
    }
  }
  return {
    keep: (name, text) =>
      guarded(async () => {
        await mkdir(directory, { recursive: true })
        const temporary = join(directory, `.${randomUUID()}`)
        await writeFile(temporary, text, { mode: 0o440, flag: 'wx', flush: true })
        try {
          // A hard link refuses to replace, and what it leads to is whole.
          await link(temporary, join(directory, `${name}${ending}`))
          const folder = await open(directory)
          await folder.sync()
          await folder.close()
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        } finally {
          await rm(temporary)
        }
      }),
    async *texts() {
      const names = await guarded(() => readdir(directory))
      for (const name of names.filter((each) => each.endsWith(ending)).sort())
        yield await guarded(() => readFile(join(directory, name), 'utf8'))
    },
  }
}
