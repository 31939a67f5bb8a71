export interface Row {
  /** Its place among the lines. */
  readonly at: number
  /** As it was typed. */
  readonly line: string
  readonly email: string
  readonly name: string
}

/**
 * People as they stand in lists and mail programs: `ann@example.org, Ann Example`, `Ann Example <ann@example.org>`, or an
 * address alone; quoted or with a tab, as tables have them. Whether an address is one, the server says.
 */
export function readPeople(text: string): readonly Row[] {
  return text.split(/\r?\n/).flatMap((typed, at) => {
    const line = typed.trim()
    if (line === '') return []
    const mailed = /^(.*?)<([^<>]+)>[,;]?$/.exec(line)
    const parts = mailed ? [mailed[2] ?? '', mailed[1] ?? ''] : line.split(/[,;\t]/)
    const [first = '', ...others] = parts.map((part) =>
      part
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .trim(),
    )
    const rest = others.filter((part) => part !== '')
    // Some tables have the name first.
    const isNameFirst = !first.includes('@') && rest.some((part) => part.includes('@'))
    const email = isNameFirst ? (rest.find((part) => part.includes('@')) ?? '') : first
    const name = isNameFirst ? first : (rest[0] ?? '')
    return [{ at, line, email, name }]
  })
}
