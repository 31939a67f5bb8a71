import type { FileScanner } from '../../ports/file-scanner.ts'

/** For a deployment without a scanner: accepts every file, unread. */
export const acceptEveryFile: FileScanner = { readsContent: false, scan: async () => 'clean' }
