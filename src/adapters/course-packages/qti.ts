import type { PackageQuestion, PackageQuiz } from '../../ports/course-packages.ts'
import type { Lose } from './lesson-builder.ts'
import { markdownOf } from './markup.ts'
import { atMost, fitting, questionId } from './quiz.ts'
import { elementsOf, firstOf, htmlOf, textOf, within, type XmlNode } from './xml.ts'

/** QTI 1.2, as Common Cartridge has it: the kinds of question are named by `cc_profile`. */

const metadataOf = (node: XmlNode | undefined): ReadonlyMap<string, string> =>
  new Map(
    [...within(node, 'qtimetadatafield')].map((field) => [
      textOf(firstOf(field, 'fieldlabel')),
      textOf(firstOf(field, 'fieldentry')),
    ]),
  )

function wordsOf(material: XmlNode | undefined, lose: Lose, name: string): string {
  const texts = [...within(material, 'mattext')].map((node) => {
    const isHtml = node.attributes['texttype'] === 'text/html'
    const inner = isHtml && elementsOf(node).length > 0 ? node.children.map(htmlOf).join('') : textOf(node)
    return isHtml ? inner : inner.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  })
  for (const kind of ['matimage', 'mataudio', 'matvideo'])
    if (within(material, kind).next().done !== true)
      lose({
        name,
        code: 'not_supported',
        message: 'A question here is words: its picture or sound was left out.',
      })
  const page = markdownOf(texts.join('\n'), (address) => {
    if (/^(?:https?|mailto|tel):/i.test(address)) return address
    lose({ name: `${name}: ${address}`, code: 'not_supported', message: 'A question here has no files.' })
    return null
  })
  for (const dropped of page.dropped)
    lose({ name: `${name}: ${dropped}`, code: 'unsafe', message: 'Is not taken from a question.' })
  return page.markdown
}

/** Responses whose being chosen is worth points, and those whose not being chosen is. */
function correctIn(item: XmlNode): ReadonlySet<string> {
  const correct = new Set<string>()
  for (const condition of within(item, 'respcondition')) {
    const score = elementsOf(condition, 'setvar').map((node) => Number(textOf(node)))
    if (!score.some((points) => points > 0)) continue
    const see = (node: XmlNode): void => {
      for (const child of elementsOf(node)) {
        if (child.name === 'not') continue
        if (child.name === 'varequal') correct.add(textOf(child))
        else see(child)
      }
    }
    for (const node of elementsOf(condition, 'conditionvar')) see(node)
  }
  return correct
}

function questionOf(item: XmlNode, index: number, lose: Lose): PackageQuestion | null {
  const meta = metadataOf(firstOf(item, 'itemmetadata'))
  const profile = meta.get('cc_profile') ?? meta.get('question_type') ?? ''
  const name = item.attributes['title'] || item.attributes['ident'] || `question ${index + 1}`
  const presentation = firstOf(item, 'presentation')
  const feedbacks = new Map(
    elementsOf(item, 'itemfeedback').map((node) => [
      node.attributes['ident'] ?? '',
      wordsOf(node, lose, name),
    ]),
  )
  const weight = Math.round(Number(meta.get('cc_weighting') ?? meta.get('points_possible') ?? 1))
  const common = {
    id: questionId(item.attributes['ident'] ?? '', index),
    text: wordsOf(
      presentation && {
        ...presentation,
        children: presentation.children.filter(
          (c) => typeof c === 'string' || !c.name.startsWith('response_'),
        ),
      },
      lose,
      name,
    ),
    points: weight >= 1 && weight <= 100 ? weight : 1,
    feedback: feedbacks.get('general_fb') ?? '',
  }
  const isOf = (pattern: RegExp) => pattern.test(profile)
  if (isOf(/multiple_choice|true_false|multiple_response|multiple_answers/)) {
    const correct = correctIn(item)
    const choices = [...within(presentation, 'response_label')].map((label, i) => {
      const ident = label.attributes['ident'] ?? ''
      return {
        id: questionId(ident, i),
        text: wordsOf(label, lose, name),
        isCorrect: correct.has(ident),
        feedback: (feedbacks.get(`${ident}_fb`) ?? '').slice(0, 1_000),
      }
    })
    const type = isOf(/response|answers/) ? 'multiple' : 'single'
    return fitting({ ...common, type, choices }, name, lose)
  }
  if (isOf(/fib|short_answer|fill_in|pattern_match/))
    return fitting({ ...common, type: 'text', answers: [...correctIn(item)].filter(Boolean) }, name, lose)
  if (isOf(/numerical/)) {
    const [answer = ''] = correctIn(item)
    return fitting({ ...common, type: 'number', answer: Number(answer || 'none'), tolerance: 0 }, name, lose)
  }
  lose({
    name,
    code: 'not_supported',
    message: `There are no questions of the kind ${profile || 'it is of'} here.`,
  })
  return null
}

export function quizOf(root: XmlNode, title: string, lose: Lose): PackageQuiz | null {
  const meta = metadataOf(firstOf(root, 'assessment', 'qtimetadata'))
  const questions = [...within(root, 'item')].flatMap((item, index) => questionOf(item, index, lose) ?? [])
  if (questions.length === 0) return null
  const pass = Number(meta.get('qmd_percent_correct') ?? Number.NaN)
  const attempts = Number(meta.get('cc_maxattempts') ?? Number.NaN)
  return {
    questions: atMost(questions, title, lose),
    passPercent: pass >= 0 && pass <= 100 ? Math.round(pass) : null,
    maxAttempts: attempts >= 1 && attempts <= 100 ? Math.round(attempts) : null,
  }
}
