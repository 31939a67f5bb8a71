import type { PackageQuestion } from '../../ports/course-packages.ts'
import type { Lose } from './lesson-builder.ts'
import { markdownOf } from './markup.ts'
import { fitting, questionId } from './quiz.ts'
import { elementsOf, htmlOf, textOf, within, type XmlNode } from './xml.ts'

const responses = [
  'multiplechoiceresponse',
  'choiceresponse',
  'optionresponse',
  'numericalresponse',
  'stringresponse',
] as const
/** Not words of the question. */
const notWords = new Set<string>([
  ...[
    'solution',
    'demandhint',
    'script',
    'choicehint',
    'correcthint',
    'stringequalhint',
    'optionhint',
    'additional_answer',
  ],
  ...[
    'choicegroup',
    'checkboxgroup',
    'optioninput',
    'formulaequationinput',
    'textline',
    'responseparam',
    'textbox',
  ],
])

const markdown = (nodes: readonly (XmlNode | string)[], name: string, lose: Lose): string => {
  const page = markdownOf(nodes.map(htmlOf).join(''), (address) => {
    if (/^(?:https?|mailto|tel):/i.test(address)) return address
    lose({ name: `${name}: ${address}`, code: 'not_supported', message: 'A question here has no files.' })
    return null
  })
  return page.markdown
}

const wordsIn = (node: XmlNode): (XmlNode | string)[] =>
  node.children.flatMap((child): (XmlNode | string)[] => {
    if (typeof child === 'string') return [child]
    if (notWords.has(child.name) || (responses as readonly string[]).includes(child.name)) return []
    return [{ ...child, children: wordsIn(child) }]
  })

const isTrue = (text: string | undefined): boolean => /^true$/i.test(text ?? '')

function choicesOf(response: XmlNode, name: string, lose: Lose) {
  const options = [...within(response, 'optioninput')][0]
  const listed = options?.attributes['options']
  if (listed !== undefined) {
    const right = options?.attributes['correct'] ?? ''
    return [...listed.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)].map(([, a, b], i) => {
      const text = (a ?? b ?? '').replaceAll(/\\(.)/g, '$1')
      return { id: `c${i + 1}`, text, isCorrect: text === right, feedback: '' }
    })
  }
  const nodes = [...within(response, 'choice'), ...within(response, 'option')]
  return nodes.map((node, i) => {
    const hint = elementsOf(node).find((child) => /hint$/.test(child.name))
    return {
      id:
        questionId(node.attributes['name'] ?? '', -1) === 'q0'
          ? `c${i + 1}`
          : questionId(node.attributes['name'] ?? '', i),
      text: markdown(wordsIn(node), name, lose),
      isCorrect: isTrue(node.attributes['correct']),
      feedback: hint ? textOf(hint).slice(0, 1_000) : '',
    }
  })
}

function questionOf(
  response: XmlNode,
  common: { readonly id: string; readonly text: string; readonly feedback: string; readonly points: number },
  name: string,
  lose: Lose,
): PackageQuestion | null {
  if (response.name === 'numericalresponse') {
    const { answer = '' } = response.attributes
    const given = [...within(response, 'responseparam')][0]?.attributes['default'] ?? '0'
    const value = Number(answer.trim() === '' ? 'none' : answer)
    const tolerance = given.endsWith('%')
      ? (Math.abs(value) * Number(given.slice(0, -1))) / 100
      : Number(given)
    return fitting(
      {
        ...common,
        type: 'number',
        answer: value,
        tolerance: Number.isFinite(tolerance) && tolerance >= 0 ? tolerance : 0,
      },
      name,
      lose,
    )
  }
  if (response.name === 'stringresponse') {
    if (/regexp/.test(response.attributes['type'] ?? '')) {
      lose({ name, code: 'not_supported', message: 'Answers by a pattern cannot be asked here.' })
      return null
    }
    const more = elementsOf(response, 'additional_answer').map(
      (node) => node.attributes['answer'] ?? textOf(node),
    )
    const answers = [response.attributes['answer'] ?? '', ...more].map((answer) => answer.trim())
    return fitting(
      { ...common, type: 'text', answers: answers.filter((answer) => answer !== '') },
      name,
      lose,
    )
  }
  const type = response.name === 'choiceresponse' ? 'multiple' : 'single'
  return fitting({ ...common, type, choices: choicesOf(response, name, lose) }, name, lose)
}

/** The questions of one problem: it may have several. */
export function questionsOf(problem: XmlNode, id: string, lose: Lose): readonly PackageQuestion[] {
  const name = problem.attributes['display_name'] || id
  const found = responses.flatMap((kind) => [...within(problem, kind)])
  const others = new Set(
    [...all(problem)]
      .filter((node) => /response$/.test(node.name) && !(responses as readonly string[]).includes(node.name))
      .map((node) => node.name),
  )
  for (const kind of others)
    lose({
      name: `${name} (${kind})`,
      code: 'not_supported',
      message: 'There are no questions of this kind here.',
    })
  if (found.length === 0) {
    if (others.size === 0)
      lose({ name, code: 'not_supported', message: 'There is no question in this problem.' })
    return []
  }
  if (within(problem, 'script').next().done !== true)
    lose({
      name,
      code: 'not_supported',
      message: 'A problem that a program makes anew each time cannot be asked here.',
    })
  if (within(problem, 'script').next().done !== true) return []
  const shared = markdown(wordsIn(problem), name, lose)
  const solution = [...within(problem, 'solution')]
    .map((node) => markdown(node.children, name, lose))
    .join('\n\n')
  return found.flatMap((response, index) => {
    const own = markdown(wordsIn(response), name, lose)
    const text = [shared, own].filter((part) => part !== '').join('\n\n') || name
    const common = {
      id: questionId(found.length === 1 ? id : `${id.slice(0, 58)}-${index + 1}`, index),
      text,
      feedback: solution,
      points: 1,
    }
    return questionOf(response, common, name, lose) ?? []
  })
}

function* all(node: XmlNode): Generator<XmlNode> {
  for (const child of elementsOf(node)) {
    yield child
    yield* all(child)
  }
}
