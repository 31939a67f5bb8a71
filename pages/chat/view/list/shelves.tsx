import { type Shelf, shelf, showShelf } from '../../state/conversations.ts'

const shelves: readonly (readonly [Shelf, string])[] = [
  ['all', 'All'],
  ['unread', 'Unread'],
  ['archived', 'Archived'],
]

export function Shelves() {
  return (
    <fieldset class="shelves">
      <legend class="visually-hidden">Which conversations</legend>
      {shelves.map(([value, words]) => (
        <button
          key={value}
          type="button"
          class="plain"
          aria-pressed={shelf.value === value}
          onClick={() => showShelf(value)}
        >
          {words}
        </button>
      ))}
    </fieldset>
  )
}
