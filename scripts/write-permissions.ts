import { readFile, writeFile } from 'node:fs/promises'
import { Action, type Rule, rules } from '../src/core/messaging/chat/actions.model.ts'

const page = new URL('../docs/guides/chat.md', import.meta.url)
const [begin, end] = ['<!-- permissions:begin -->', '<!-- permissions:end -->']

const inGroups = { admin: 'admins', moderator: 'admins, moderators', member: 'everybody' } as const
const inDirect = { both: 'both', nobody: 'nobody', absent: 'there is none' } as const
const mark = (isSo: boolean): string => (isSo ? 'yes' : '')

const rowOf = (action: Action, { says, group, direct, reaches, posts, isSlowed }: Rule): string =>
  `| \`${action}\` | ${says} | ${inGroups[group]} | ${inDirect[direct]} | ${mark(reaches)} | ${mark(posts)} | ${mark(isSlowed)} |`

/** The table of who may do what in a conversation, from the one that the code asks. */
export const describePermissions = (): string =>
  [
    begin,
    '',
    '| in `can` | what it is | in a group | in a direct one | reaches others | says something | slowed |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...Action.options.map((action) => rowOf(action, rules[action])),
    '',
    end,
  ].join('\n')

if (import.meta.main) {
  const text = await readFile(page, 'utf8')
  const [before = '', after = ''] = text.split(new RegExp(`${begin}[^]*${end}`))
  await writeFile(page, before + describePermissions() + after)
}
