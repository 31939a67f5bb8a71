/**
 * Where a conversation stands in somebody's list: when something was last said there, an ISO time in UTC, behind the sign of
 * its shelf. Signs are chosen so that one walk downwards meets what is pinned, then the rest of the list, then what is
 * archived, then what is hidden; an entry from before there were shelves has no sign and is in the list.
 */
const signs = { pinned: '~', listed: '', archived: '!', hidden: ' ' } as const
export type Shelf = keyof typeof signs

const signOf = (place: string): string => (/^\d/.test(place) ? '' : place.slice(0, 1))

export const placeOn = (shelf: Shelf, at: string): string => `${signs[shelf]}${at}`

export const momentOf = (place: string): string => place.slice(signOf(place).length)

export function shelfOf(place: string): Shelf {
  const sign = signOf(place)
  return sign === signs.pinned
    ? 'pinned'
    : sign === signs.archived
      ? 'archived'
      : sign === signs.hidden
        ? 'hidden'
        : 'listed'
}

/** Above everything on a shelf and below what is on the shelf before it: no time is written with a tilde. */
export const topOf = (shelf: Shelf): string => (shelf === 'listed' ? signs.pinned : `${signs[shelf]}~`)

const downwards: readonly Shelf[] = ['pinned', 'listed', 'archived', 'hidden']
/** The shelf behind the one that this is on. */
export const shelfBelow = (place: string): Shelf | null =>
  downwards[downwards.indexOf(shelfOf(place)) + 1] ?? null
