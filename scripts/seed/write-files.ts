import { acceptedFile } from '../../src/core/files/complete-upload.ts'
import { files, filesByOwner } from '../../src/core/files/files.model.ts'
import { announcedFile } from '../../src/core/files/request-upload.ts'
import { spaceOf, sumOf } from '../../src/core/files/reserve-space.ts'
import type { FilePlan } from './plan.ts'
import type { Writer } from './writer.ts'

/** All files of one person, and the room they take. */
export function writeFilesOf(writer: Pick<Writer, 'add'>, ownerId: string, plans: readonly FilePlan[]): void {
  const inOrder = plans.toSorted((a, b) => a.atMs - b.atMs)
  const [oldest] = inOrder
  if (!oldest) return
  let sum = 0
  for (const { id, fileName, fileType, size, atMs } of inOrder) {
    const at = new Date(atMs).toISOString()
    const announced = announcedFile(
      id,
      ownerId,
      { category: 'document', fileName, fileSize: size },
      fileType,
      { claimHash: null, at },
    )
    writer.add(filesByOwner, spaceOf(ownerId, id, size, at))
    writer.add(files, acceptedFile(announced, { name: fileName, type: fileType, isToBeScanned: false }, at))
    sum += size
  }
  writer.add(filesByOwner, sumOf(ownerId, sum, new Date(oldest.atMs).toISOString()))
}
