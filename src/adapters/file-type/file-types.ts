import { fileTypeFromBuffer } from 'file-type'
import type { FileTypes } from '../../ports/file-types.ts'

export const createFileTypeFileTypes = (): FileTypes => ({
  async sniff(head) {
    try {
      const found = await fileTypeFromBuffer(head)
      return found?.mime.split(';')[0]?.trim() ?? null
    } catch {
      // A format that begins well and then makes no sense.
      return null
    }
  },
})
