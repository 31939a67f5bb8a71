import type { AnyArea, OlderName, Setting } from './area.ts'

/** What stands in `.env.example`: the fallback or, where there is none, an example. */
const shownValueOf = ({ fallback, example }: Setting): string => fallback || (example ?? '')

function describeInEnvironment([name, setting]: readonly [string, Setting]): string {
  const { says, fallback, example, isSecret } = setting
  const secret = isSecret ? ' Secret.' : ''
  const such = example && fallback ? `\n# Such as ${example}` : ''
  return `# ${says}${secret}${such}\n# ${name}=${shownValueOf(setting)}\n`
}

/** The text of `.env.example`. */
export const environmentExample = (areas: readonly AnyArea[]): string =>
  [
    '# Nothing here has to be set to run on one machine. Copy to .env and remove the # of what you change.\n',
    ...areas.flatMap(({ title, settings }) => [
      `# ---------- ${title} ----------\n`,
      ...Object.entries(settings).map(describeInEnvironment),
    ]),
  ].join('\n')

const code = (text: string): string => (text === '' ? '' : `\`${text.replaceAll('|', '\\|')}\``)

/** A cell of a table, where names of settings are set as code; what stands in backticks already stays as it is. */
const prose = (text: string): string =>
  text
    .replaceAll('|', '\\|')
    .split('`')
    .map((part, i) =>
      i % 2 ? part : part.replaceAll(/\b(?:[A-Z\d]+(?:_[A-Z\d]+)+(?:=[\w-]+)?|[A-Z]+=[\w-]+)/g, '`$&`'),
    )
    .join('`')

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const describeArea = ({ title, settings }: AnyArea): string =>
  `### ${title}\n\n${table(
    ['setting', 'default', 'what it does', 'secret'],
    Object.entries(settings).map(([name, { fallback = '', example, says, isSecret }]) => [
      code(name),
      code(fallback),
      `${prose(says)}${example ? ` Such as ${code(example)}.` : ''}`,
      isSecret ? 'yes' : '',
    ]),
  )}`

function describeOlderName(older: OlderName<string>): string {
  if ('is' in older) return `Read as ${code(older.is)}.`
  if ('becomes' in older)
    return `Read where it holds ${code(older.holds)}, as ${older.becomes.map(code).join(' and ')}.`
  if ('warns' in older) return `Not read, with a warning. ${prose(older.warns)}`
  const unless = older.unless?.map(code).join(' or ')
  return `Refused${unless ? `, or a warning where ${unless} is set` : ''}. ${prose(older.instead)}`
}

/** The generated part of docs/configuration.md: every setting by area, then the older names. */
export const settingsTables = (areas: readonly AnyArea[]): string =>
  [
    ...areas.map(describeArea),
    `### Older names\n\n${table(
      ['name', 'what becomes of it'],
      areas.flatMap(({ olderNames = {} }) =>
        Object.entries(olderNames).map(([name, older]) => [code(name), describeOlderName(older)]),
      ),
    )}`,
  ].join('\n\n')
