import type { DraftLesson } from './words.ts'

/** What can be written of a lesson. */
export type Written = Pick<
  DraftLesson,
  | 'title'
  | 'description'
  | 'duration'
  | 'moduleId'
  | 'content'
  | 'videoFileId'
  | 'videoUrl'
  | 'resources'
  | 'captions'
  | 'transcript'
  | 'quiz'
  | 'minimumSeconds'
  | 'watchPercent'
>
export interface Writing {
  /** Names the lesson, for what is on its way to it. */
  readonly uploadKey: string
  readonly lesson: Written
  readonly put: (change: Partial<Written>) => void
}
export type Quiz = NonNullable<DraftLesson['quiz']>
export type Question = Quiz['questions'][number]

export const wordsOf: Readonly<Record<keyof Written, string>> = {
  title: 'the title',
  description: 'the description',
  duration: 'the length',
  moduleId: 'the module',
  content: 'the text',
  videoFileId: 'the video',
  videoUrl: 'the video',
  resources: 'the papers',
  captions: 'the captions',
  transcript: 'the transcript',
  quiz: 'the quiz',
  minimumSeconds: 'the rules',
  watchPercent: 'the rules',
}

export const unavailableWords = {
  missing: 'The file was deleted.',
  scan_pending: 'The file is still being checked for harmful content.',
  file_rejected: 'The file was removed because of harmful content.',
  unreachable: 'The file is out of reach for the moment.',
} as const

/** Each line is an answer; the last one often ends with a line that is none. */
const withoutBlanks = (question: Question): Question =>
  question.type === 'text'
    ? { ...question, answers: question.answers.filter((answer) => answer.trim() !== '') }
    : question

/** As the API takes it: of a file its id, of anything else its address. */
export function changeOf({ resources, captions, transcript, quiz, ...rest }: Partial<Written>) {
  return {
    ...rest,
    ...(quiz === undefined
      ? {}
      : { quiz: quiz && { ...quiz, questions: quiz.questions.map(withoutBlanks) } }),
    ...(resources && {
      resources: resources.map(({ title, url, type, fileId }) =>
        fileId === null ? { title, url, type } : { title, type, fileId },
      ),
    }),
    ...(captions && {
      captions: captions.map(({ fileId, language, label, kind }) => ({
        fileId,
        language,
        kind,
        ...(label.trim() === '' ? {} : { label }),
      })),
    }),
    ...(transcript === undefined
      ? {}
      : {
          transcript:
            transcript === null
              ? null
              : 'text' in transcript
                ? transcript.text.trim() === ''
                  ? null
                  : { text: transcript.text }
                : { fileId: transcript.fileId },
        }),
  }
}
