import type { ContentCoding } from '../http/content-coding.ts'

type ReadAsset = (name: string) => Promise<{ readonly body: Uint8Array<ArrayBuffer> } | null>

const endings: Readonly<Record<ContentCoding, string>> = { br: 'br', zstd: 'zst', gzip: 'gz' }

/** The same file in another coding, where the build has put one beside it. */
export const readCompressed = (readAsset: ReadAsset, name: string) => async (coding: ContentCoding) =>
  (await readAsset(`${name}.${endings[coding]}`))?.body ?? null

/** Such a file has no address of its own. */
export const isCompressedForm = (name: string): boolean => /\.(?:br|zst|gz)$/.test(name)
