/** What a lesson in a list says of its quiz. */
export interface QuizOutline {
  readonly id: string
  readonly passPercent: number
  /** Null: without end. */
  readonly maxAttempts: number | null
  readonly isRequired: boolean
}

export const quizOutlineOf = ({ id, passPercent, maxAttempts, isRequired }: QuizOutline): QuizOutline => ({
  id,
  passPercent,
  maxAttempts,
  isRequired,
})

/** Where somebody stands with a quiz. */
export interface QuizStanding {
  /** The quiz. */
  readonly id: string
  /** Attempts made. */
  readonly used: number
  /** Attempts that staff granted beyond those of the quiz. */
  readonly extraAttempts: number
  readonly bestPercent: number | null
  readonly passedAt: string | null
}

const untried = { used: 0, extraAttempts: 0, bestPercent: null, passedAt: null }

/** What is known counts only for the very quiz it was about. */
export const standingWith = (
  { id }: Pick<QuizOutline, 'id'>,
  known: QuizStanding | undefined,
): QuizStanding => (known?.id === id ? known : { id, ...untried })

/** Null: without end. */
export const attemptsLeft = (
  { maxAttempts }: Pick<QuizOutline, 'maxAttempts'>,
  { used, extraAttempts }: QuizStanding,
): number | null => (maxAttempts === null ? null : Math.max(0, maxAttempts + extraAttempts - used))
