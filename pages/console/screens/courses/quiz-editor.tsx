import { confirm } from '../../../base/view/dialog.tsx'
import { Choice } from '../../view/parts/fields.tsx'
import { CheckField, LongTextField, NumberField } from '../../view/parts/form-fields.tsx'
import type { Question, Quiz, Writing } from './lesson-words.ts'
import { emptyQuestion, QuestionEditor } from './quiz-question.tsx'

const emptyQuiz: Quiz = {
  questions: [emptyQuestion('single')],
  passPercent: 70,
  maxAttempts: null,
  isRequired: true,
  isShuffled: { questions: false, choices: false },
  showAnswers: 'never',
  feedback: { passed: '', failed: '' },
}

function QuizRules({ quiz, change }: { quiz: Quiz; change: (to: Partial<Quiz>) => void }) {
  return (
    <>
      <div class="fields">
        <NumberField
          label="Percent of all points, to pass"
          value={quiz.passPercent}
          min={0}
          max={100}
          onInput={(percent) => change({ passPercent: percent ?? 0 })}
        />
        <NumberField
          label="Attempts"
          help="Left empty: as many as somebody wants."
          value={quiz.maxAttempts}
          min={1}
          max={100}
          isRequired={false}
          onInput={(maxAttempts) => change({ maxAttempts })}
        />
        <Choice
          label="Learners see what was right"
          value={quiz.showAnswers}
          choices={[
            ['never', 'Never'],
            ['after_pass', 'Once they have passed'],
            ['after_last', 'After their last attempt'],
          ]}
          onChange={(showAnswers) => change({ showAnswers })}
        />
      </div>
      <CheckField
        label="The lesson is completed only by whoever has passed"
        value={quiz.isRequired}
        onChange={(isRequired) => change({ isRequired })}
      />
      <CheckField
        label="Questions in another order for each person"
        value={quiz.isShuffled.questions}
        onChange={(questions) => change({ isShuffled: { ...quiz.isShuffled, questions } })}
      />
      <CheckField
        label="Choices in another order for each person"
        value={quiz.isShuffled.choices}
        onChange={(choices) => change({ isShuffled: { ...quiz.isShuffled, choices } })}
      />
      <div class="fields">
        <LongTextField
          label="Said to who has passed"
          rows={2}
          value={quiz.feedback.passed}
          maxLength={2_000}
          onInput={(passed) => change({ feedback: { ...quiz.feedback, passed } })}
        />
        <LongTextField
          label="Said to who has not"
          rows={2}
          value={quiz.feedback.failed}
          maxLength={2_000}
          onInput={(failed) => change({ feedback: { ...quiz.feedback, failed } })}
        />
      </div>
    </>
  )
}

/** Questions to a lesson, with their answers. */
export function QuizEditor({ lesson: { quiz }, put }: Writing) {
  if (quiz === null)
    return (
      <div class="row">
        <p class="grow quiet">This lesson has none.</p>
        <button type="button" onClick={() => put({ quiz: emptyQuiz })}>
          Add a quiz
        </button>
      </div>
    )
  const change = (to: Partial<Quiz>) => put({ quiz: { ...quiz, ...to } })
  const changeQuestion = (at: number, to: Question) =>
    change({ questions: quiz.questions.map((each, index) => (index === at ? to : each)) })
  return (
    <>
      <QuizRules quiz={quiz} change={change} />
      {quiz.questions.map((question, at) => (
        <fieldset key={question.id ?? at} class="part">
          <legend>{`Question ${at + 1}`}</legend>
          <QuestionEditor question={question} change={(to) => changeQuestion(at, to)} />
          {quiz.questions.length > 1 && (
            <div>
              <button
                type="button"
                onClick={() => change({ questions: quiz.questions.filter((_, index) => index !== at) })}
              >
                {`Remove question ${at + 1}`}
              </button>
            </div>
          )}
        </fieldset>
      ))}
      <div class="row wrap">
        <button
          type="button"
          onClick={() => change({ questions: [...quiz.questions, emptyQuestion('single')] })}
        >
          Add a question
        </button>
        <button
          type="button"
          onClick={() =>
            confirm(
              'Take the quiz away?',
              'Its questions leave the draft when the lesson is saved. Who takes part in a published version keeps it.',
              'Take it away',
              () => put({ quiz: null }),
            )
          }
        >
          Take the quiz away
        </button>
      </div>
    </>
  )
}
