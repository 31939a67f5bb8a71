import { useState } from 'preact/hooks'
import { hereOf } from '../api/addresses.ts'

const initialsOf = (name: string): string =>
  name
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase() ?? '')
    .join('')

const hueOf = (name: string): number =>
  [...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % 6

/** The picture of a person or a group, or else its initials. The name is said beside it. */
export function Portrait({
  name,
  picture,
  isOnline = false,
}: {
  name: string
  picture?: string | null
  isOnline?: boolean
}) {
  const [broken, setBroken] = useState<string | null>(null)
  const shown = picture && picture !== broken ? hereOf(picture) : null
  return (
    <span class={isOnline ? 'portrait online' : 'portrait'} data-hue={hueOf(name)} aria-hidden="true">
      {shown ? <img src={shown} alt="" onError={() => setBroken(picture ?? null)} /> : initialsOf(name)}
    </span>
  )
}
