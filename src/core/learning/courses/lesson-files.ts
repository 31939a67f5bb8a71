import type { CourseFile, CourseFileUse } from '../../files/files.model.ts'
import type { Files } from '../../files/files.ts'
import type { Actor } from '../../kernel/actor.ts'
import { validationError } from '../../kernel/errors.ts'
import {
  type Caption,
  fileIdIn,
  languageName,
  type NewCaption,
  type NewResource,
  type Resource,
  type StoredCaption,
  type StoredResource,
  type StoredTranscript,
  type Transcript,
} from './lesson-parts.model.ts'
import type { LessonContent, NewLesson } from './lessons.model.ts'

export type ContentParts = Pick<
  LessonContent,
  'content' | 'videoFileId' | 'videoUrl' | 'resources' | 'captions' | 'transcript'
>
export type GivenParts = Pick<
  NewLesson,
  'content' | 'videoFileId' | 'videoUrl' | 'resources' | 'captions' | 'transcript'
>

/** Files of ours that a lesson names. */
export const fileIdsOf = ({ videoFileId, resources, captions, transcript }: ContentParts): string[] => [
  ...new Set([
    ...(videoFileId === null ? [] : [videoFileId]),
    ...resources.flatMap(({ fileId }) => (fileId === undefined ? [] : [fileId])),
    ...(captions ?? []).map(({ fileId }) => fileId),
    ...(transcript && 'fileId' in transcript ? [transcript.fileId] : []),
  ]),
]

/** The fields of a lesson that name files of ours. */
export const usesOf = ({ videoFileId, resources, captions, transcript }: ContentParts) => [
  ...(videoFileId === null
    ? []
    : [{ fileId: videoFileId, use: { path: 'videoFileId', category: 'course-video' } as const }]),
  ...resources.flatMap(({ fileId }, index) =>
    fileId === undefined
      ? []
      : [{ fileId, use: { path: `resources.${index}.fileId`, category: 'document' } as const }],
  ),
  ...(captions ?? []).map(({ fileId }, index) => ({
    fileId,
    use: {
      path: `captions.${index}.fileId`,
      category: 'document',
      types: ['text/vtt'],
    } satisfies CourseFileUse as CourseFileUse,
  })),
  ...(transcript && 'fileId' in transcript
    ? [{ fileId: transcript.fileId, use: { path: 'transcript.fileId', category: 'document' } as const }]
    : []),
]

export const noParts: ContentParts = {
  content: '',
  videoFileId: null,
  videoUrl: null,
  resources: [],
  captions: [],
  transcript: null,
}

/** The files of lessons: what an author may put there, and what somebody gets to see of them. */
export function createLessonFiles({
  files,
}: {
  readonly files: Pick<Files['courses'], 'claim' | 'open' | 'isAddressOf'>
}) {
  function resourceOf({ title, url, type, fileId }: NewResource, path: string): StoredResource {
    const named = fileId ?? null
    if (named !== null) return { title, url: '', type, fileId: named }
    const address = url ?? ''
    const found = fileIdIn(address)
    if (found !== null && files.isAddressOf(address, found)) return { title, url: '', type, fileId: found }
    if (!address.startsWith('https:'))
      throw validationError([{ path, code: 'invalid_format', message: 'Must be an https address.' }])
    return { title, url: address, type }
  }

  const captionOf = ({ fileId, language, label, kind }: NewCaption): StoredCaption => ({
    fileId,
    language,
    label: label ?? languageName(language),
    kind,
  })

  /** What is stored of what was given; what is not named stays. Throws `validation_error` for what contradicts itself. */
  function partsOf(
    given: { readonly [Field in keyof GivenParts]?: GivenParts[Field] | undefined },
    known: ContentParts,
  ): ContentParts {
    const { content, videoFileId, videoUrl, resources, captions, transcript } = given
    const parts: ContentParts = {
      content: content ?? known.content,
      videoFileId: videoFileId === undefined ? known.videoFileId : videoFileId,
      videoUrl: videoUrl === undefined ? known.videoUrl : videoUrl,
      resources:
        resources?.map((resource, index) => resourceOf(resource, `resources.${index}.url`)) ??
        known.resources,
      captions: captions?.map(captionOf) ?? known.captions ?? [],
      transcript:
        transcript === undefined ? (known.transcript ?? null) : transcript && transcriptTaken(transcript),
    }
    if (parts.videoFileId !== null && parts.videoUrl !== null)
      throw validationError([
        { path: 'videoUrl', code: 'two_videos', message: 'Give a file or an address, not both.' },
      ])
    return parts
  }

  /** Binds the files that the lesson did not have before. Answers the length of a new video, if that is known. */
  async function claim(
    author: Pick<Actor, 'userId'>,
    courseId: string,
    parts: ContentParts,
    before: readonly string[],
  ): Promise<number | null> {
    let videoSeconds: number | null = null
    for (const { fileId, use } of usesOf(parts)) {
      if (before.includes(fileId)) continue
      const file = await files.claim(author, courseId, fileId, use)
      if (use.category === 'course-video') videoSeconds = file.durationSeconds ?? null
    }
    return videoSeconds
  }

  /** The parts of a lesson as somebody sees them who may. What is not there says why, and the others stay. */
  async function openParts(parts: ContentParts) {
    const { content, videoFileId, videoUrl, resources, captions, transcript } = parts
    const opened = new Map<string, CourseFile>()
    await Promise.all(fileIdsOf(parts).map(async (id) => void opened.set(id, await files.open(id))))
    const open = (id: string) => {
      const { url = null, unavailable = 'missing' as const, address = '' } = opened.get(id) ?? {}
      return { url, unavailable, address }
    }
    const video = videoFileId === null ? null : open(videoFileId)
    return {
      content,
      videoFileId,
      videoUrl,
      videoFileUrl: video?.url ?? null,
      videoUnavailable: video?.unavailable ?? null,
      resources: resources.map(({ title, url, type, fileId }): Resource => {
        if (fileId === undefined) return { title, url, type, fileId: null, unavailable: null }
        const file = open(fileId)
        return { title, url: file.url ?? file.address, type, fileId, unavailable: file.unavailable }
      }),
      captions: (captions ?? []).map(({ fileId, language, label, kind }): Caption => {
        const { url, unavailable } = open(fileId)
        return { fileId, language, label, kind, url, unavailable }
      }),
      transcript: transcriptOf(transcript ?? null, open),
    }
  }

  return { partsOf, claim, openParts }
}

const transcriptTaken = (given: StoredTranscript): StoredTranscript =>
  'fileId' in given ? { fileId: given.fileId } : { text: given.text }

function transcriptOf(
  transcript: ContentParts['transcript'],
  open: (fileId: string) => CourseFile,
): Transcript | null {
  if (!transcript) return null
  if ('text' in transcript) return { text: transcript.text }
  const { url, unavailable } = open(transcript.fileId)
  return { fileId: transcript.fileId, url, unavailable }
}

export type LessonFiles = ReturnType<typeof createLessonFiles>
