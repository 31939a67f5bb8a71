import { useId } from 'preact/hooks'
import { Choice } from '../../view/parts/fields.tsx'
import { CheckField, LongTextField, NumberField, TextField } from '../../view/parts/form-fields.tsx'
import type { Question } from './lesson-words.ts'

type Kind = Question['type']
type WithChoices = Extract<Question, { type: 'single' | 'multiple' }>
const kinds: readonly (readonly [Kind, string])[] = [
  ['single', 'One of several is right'],
  ['multiple', 'Several can be right'],
  ['number', 'A number'],
  ['text', 'A short text'],
]
const emptyChoice = (isCorrect: boolean) => ({ text: '', isCorrect, feedback: '' })

export function emptyQuestion(type: Kind, text = '', points = 1): Question {
  const asked = { text, points, feedback: '' }
  switch (type) {
    case 'single':
      return { ...asked, type, choices: [emptyChoice(true), emptyChoice(false)] }
    case 'multiple':
      return { ...asked, type, choices: [emptyChoice(true), emptyChoice(false)], hasPartialCredit: false }
    case 'number':
      return { ...asked, type, answer: 0, tolerance: 0 }
    case 'text':
      return { ...asked, type, answers: [''] }
  }
}

/** Of another kind: what was asked stays, and the choices where both have some. */
function turnedTo(question: Question, type: Kind): Question {
  const turned = emptyQuestion(type, question.text, question.points)
  const kept = { ...(question.id === undefined ? {} : { id: question.id }), feedback: question.feedback }
  if ('choices' in turned && 'choices' in question)
    return { ...turned, ...kept, choices: onlyOne(question.choices, type) }
  return { ...turned, ...kept }
}
const onlyOne = (choices: WithChoices['choices'], type: Kind): WithChoices['choices'] => {
  const first = choices.findIndex(({ isCorrect }) => isCorrect)
  return type === 'single' ? choices.map((each, at) => ({ ...each, isCorrect: at === first })) : choices
}

function Choices({
  question,
  change,
}: {
  question: WithChoices
  change: (choices: WithChoices['choices']) => void
}) {
  const name = useId()
  const { choices, type } = question
  const put = (at: number, to: Partial<WithChoices['choices'][number]>) =>
    change(choices.map((each, index) => (index === at ? { ...each, ...to } : each)))
  return (
    <>
      <p class="small quiet">
        {type === 'single' ? 'Mark the one that is right.' : 'Mark all that are right.'}
      </p>
      {choices.map((choice, at) => (
        <div key={choice.id ?? at} class="row wrap choice">
          <input
            type={type === 'single' ? 'radio' : 'checkbox'}
            name={name}
            checked={choice.isCorrect}
            aria-label={`Choice ${at + 1} is right`}
            onChange={({ currentTarget }) =>
              type === 'single'
                ? change(choices.map((each, index) => ({ ...each, isCorrect: index === at })))
                : put(at, { isCorrect: currentTarget.checked })
            }
          />
          <div class="grow">
            <TextField
              label={`Choice ${at + 1}`}
              value={choice.text}
              maxLength={500}
              isRequired
              onInput={(text) => put(at, { text })}
            />
            <TextField
              label={`Said to who chose ${at + 1}`}
              value={choice.feedback}
              maxLength={1_000}
              onInput={(feedback) => put(at, { feedback })}
            />
          </div>
          {choices.length > 2 && (
            <button type="button" onClick={() => change(choices.filter((_, index) => index !== at))}>
              {`Remove choice ${at + 1}`}
            </button>
          )}
        </div>
      ))}
      <div>
        <button type="button" onClick={() => change([...choices, emptyChoice(false)])}>
          Add a choice
        </button>
      </div>
    </>
  )
}

export function QuestionEditor({ question, change }: { question: Question; change: (to: Question) => void }) {
  return (
    <>
      <LongTextField
        label="Question"
        rows={2}
        value={question.text}
        maxLength={2_000}
        isRequired
        onInput={(text) => change({ ...question, text })}
      />
      <div class="fields">
        <Choice
          label="Kind of answer"
          value={question.type}
          choices={kinds}
          onChange={(type) => change(turnedTo(question, type))}
        />
        <NumberField
          label="Points"
          value={question.points}
          min={1}
          max={100}
          onInput={(points) => change({ ...question, points: points ?? 1 })}
        />
      </div>
      {'choices' in question && (
        <Choices question={question} change={(choices) => change({ ...question, choices })} />
      )}
      {question.type === 'multiple' && (
        <CheckField
          label="Right choices less wrong ones count"
          help="Otherwise all have to be right."
          value={question.hasPartialCredit}
          onChange={(hasPartialCredit) => change({ ...question, hasPartialCredit })}
        />
      )}
      {question.type === 'number' && (
        <div class="fields">
          <NumberField
            label="Right number"
            step="any"
            value={question.answer}
            onInput={(answer) => change({ ...question, answer: answer ?? 0 })}
          />
          <NumberField
            label="So much more or less is right too"
            step="any"
            min={0}
            value={question.tolerance}
            onInput={(tolerance) => change({ ...question, tolerance: tolerance ?? 0 })}
          />
        </div>
      )}
      {question.type === 'text' && (
        <LongTextField
          label="Right answers, one on each line"
          help="Case, accents and spaces do not count."
          value={question.answers.join('\n')}
          isRequired
          onInput={(lines) => change({ ...question, answers: lines.split('\n').slice(0, 20) })}
        />
      )}
      <TextField
        label="Explanation"
        help="Shown together with the answers."
        value={question.feedback}
        maxLength={1_000}
        onInput={(feedback) => change({ ...question, feedback })}
      />
    </>
  )
}
