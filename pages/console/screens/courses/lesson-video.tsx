import { hereOf } from '../../../base/api/addresses.ts'
import { TextField } from '../../view/parts/form-fields.tsx'
import { UploadField } from '../../view/parts/upload-field.tsx'
import { unavailableWords, type Writing } from './lesson-words.ts'
import type { DraftLesson } from './words.ts'

/** An uploaded video, or the address of one that is elsewhere. */
export function Video({ uploadKey, lesson, put, stored }: Writing & { stored: DraftLesson }) {
  const { videoFileId, videoUrl, captions } = lesson
  const isAsStored = videoFileId === stored.videoFileId
  return (
    <>
      {videoFileId !== null && isAsStored && stored.videoFileUrl !== null && (
        // biome-ignore lint/a11y/useMediaCaption: those that there are follow; whether there have to be some is a rule of the house.
        <video
          class="video"
          controls
          preload="metadata"
          src={hereOf(stored.videoFileUrl)}
          aria-label="The video of this lesson"
        >
          {captions.map(
            ({ fileId, url, language, label, kind }) =>
              url !== null && (
                <track key={fileId} kind={kind} src={hereOf(url)} srcLang={language} label={label} />
              ),
          )}
        </video>
      )}
      {videoFileId !== null && isAsStored && stored.videoUnavailable !== null && (
        <p role="status">{unavailableWords[stored.videoUnavailable]}</p>
      )}
      {videoFileId !== null && !isAsStored && (
        <p role="status">The video is uploaded. Save the lesson to put it in.</p>
      )}
      {videoFileId !== null && (
        <div>
          <button type="button" onClick={() => put({ videoFileId: null })}>
            Remove the video
          </button>
        </div>
      )}
      <UploadField
        label={videoFileId === null ? 'Upload a video' : 'Upload another video'}
        uploadKey={`${uploadKey} video`}
        category="course-video"
        accept="video/mp4,video/webm"
        help="MP4 or WebM, up to 500 MB. When the line breaks, the same file goes on where it was."
        onUploaded={(fileId) => put({ videoFileId: fileId, videoUrl: null })}
      />
      {videoFileId === null && (
        <TextField
          label="Or the address of a video that is elsewhere"
          type="url"
          help="Begins with https://."
          value={videoUrl ?? ''}
          maxLength={2_000}
          onInput={(address) => put({ videoUrl: address === '' ? null : address })}
        />
      )}
    </>
  )
}
