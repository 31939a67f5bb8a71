import { z } from 'zod'
import type { MediaType } from './media-types.ts'

const mib = 1024 * 1024

/** Every container there is: stores make theirs from this. */
export const blobContainers = [
  'avatars',
  'thumbnails',
  'courses',
  'documents',
  'messages',
  'forms',
  'exports',
] as const
export type BlobContainer = (typeof blobContainers)[number]

const pictures = ['image/jpeg', 'image/png', 'image/webp'] as const
const documentTypes = [
  'application/pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/vnd.oasis.opendocument.text',
  'text/plain',
  'text/csv',
] as const
const recordings = [
  'audio/mpeg',
  'audio/mp4',
  'audio/ogg',
  'audio/webm',
  'video/mp4',
  'video/webm',
  'video/quicktime',
] as const

interface CategoryRules {
  readonly maxBytes: number
  /** Of a picture, once it is decoded. */
  readonly maxPixels: number
  readonly types: readonly MediaType[]
  readonly container: BlobContainer
  /** Removed when nothing refers to it a day after it was announced. */
  readonly goesUnlessUsed: boolean
}

export const FileCategory = z
  .enum([
    'avatar',
    'document',
    'attachment',
    'course-video',
    'course-package',
    'thumbnail',
    'form-attachment',
  ])
  .meta({ id: 'FileCategory' })
export type FileCategory = z.infer<typeof FileCategory>

const millionPixels = 1_000_000
/** The largest sensors of phones. */
const largestPhoto = 200 * millionPixels

/**
 * A picture of a person is kept among the documents until it is re-encoded: `avatars` and `thumbnails` hold only what
 * anybody may see.
 */
export const categories: Readonly<Record<FileCategory, CategoryRules>> = {
  avatar: {
    maxBytes: 2 * mib,
    maxPixels: 40 * millionPixels,
    types: pictures,
    container: 'documents',
    goesUnlessUsed: true,
  },
  document: {
    maxBytes: 50 * mib,
    maxPixels: largestPhoto,
    types: [...documentTypes, 'text/vtt', ...pictures, 'image/gif', 'image/heic'],
    container: 'documents',
    goesUnlessUsed: false,
  },
  attachment: {
    maxBytes: 25 * mib,
    maxPixels: largestPhoto,
    types: [...pictures, 'image/gif', 'image/heic', ...documentTypes, ...recordings],
    container: 'messages',
    goesUnlessUsed: true,
  },
  'course-video': {
    maxBytes: 500 * mib,
    maxPixels: 0,
    types: ['video/mp4', 'video/webm'],
    container: 'courses',
    goesUnlessUsed: false,
  },
  'course-package': {
    maxBytes: 500 * mib,
    maxPixels: 0,
    types: ['application/vnd.ims.imsccv1p3', 'application/vnd.openedx.olx+gzip'],
    container: 'courses',
    goesUnlessUsed: true,
  },
  thumbnail: {
    maxBytes: 5 * mib,
    maxPixels: 40 * millionPixels,
    types: pictures,
    container: 'courses',
    goesUnlessUsed: true,
  },
  'form-attachment': {
    maxBytes: 10 * mib,
    maxPixels: largestPhoto,
    types: [...pictures, 'image/heic', ...documentTypes],
    container: 'forms',
    goesUnlessUsed: true,
  },
}
