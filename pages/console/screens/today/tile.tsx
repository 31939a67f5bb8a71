/** One number, and the list that it counts. */
export function Tile({
  href,
  count,
  most,
  words,
  note,
  isBad = false,
}: {
  href: string
  /** Null where nothing is counted. */
  count: number | null
  /** From here on the count stands for that many or more. */
  most: number
  words: string
  note?: string | undefined
  isBad?: boolean
}) {
  return (
    <li>
      <a class={isBad && count ? 'tile bad' : 'tile'} href={href}>
        {count !== null && <span class="count">{count >= most ? `${most}+` : count}</span>}{' '}
        <span>{words}</span>
        {note && <span class="quiet small">{note}</span>}
      </a>
    </li>
  )
}
