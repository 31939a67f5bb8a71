import { useEffect, useRef } from 'preact/hooks'
import { isProblem } from '../../../base/api/ask.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { isGuest } from '../../../base/state/session.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { Portrait } from '../../../base/view/portrait.tsx'
import type { Contact } from '../../api/shapes.ts'
import { contacts, findContacts } from '../../state/contacts.ts'
import { useNear } from '../parts/use-near.ts'

const why: Readonly<Record<Contact['via'][number], string>> = {
  staff: 'Staff',
  mentor: 'Mentor',
  course: 'Same course',
}

/** Why the list is empty, and what to do about it. */
function Nobody() {
  return (
    <div class="nobody">
      <p>
        <strong>There is nobody you can write to yet.</strong>
      </p>
      <p>
        {isGuest()
          ? 'Guests write to members of staff, and none has an account here yet. Try again later, or create an account.'
          : 'You can write to staff, to your mentor, and to people who take a course with you. There are none yet.'}
      </p>
      {!isGuest() && (
        <ul class="plain-list">
          <li>Enroll in a course: whoever takes it too is listed here.</li>
          <li>Ask for an invitation link to a group, and open it in this browser.</li>
          <li>Somebody can also write to you first: it appears in your list by itself.</li>
        </ul>
      )}
    </div>
  )
}

export function PeoplePicker({
  chosen,
  onChange,
  leftOut = [],
}: {
  chosen: ReadonlyMap<string, string>
  onChange: (chosen: ReadonlyMap<string, string>) => void
  /** Who is there already. */
  leftOut?: readonly string[]
}) {
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => loosely(() => findContacts('')), [])
  const { items, load, q, next } = contacts.value
  const end = useNear(list, () => {
    if (contacts.peek().load === 'ready' && contacts.peek().next)
      loosely(() => findContacts(contacts.peek().q, true))
  })
  const toggle = ({ userId, name }: Contact) => {
    const now = new Map(chosen)
    if (!now.delete(userId)) now.set(userId, name)
    onChange(now)
  }
  const shown = items.filter(({ userId }) => !leftOut.includes(userId))
  if (load === 'ready' && q === '' && shown.length === 0 && !next)
    return leftOut.length > 0 ? <p>Everybody you can write to is here already.</p> : <Nobody />
  return (
    <>
      <label>
        Find a person
        <input
          type="search"
          dir="auto"
          value={q}
          onInput={({ currentTarget }) => loosely(() => findContacts(currentTarget.value.trim()))}
        />
      </label>
      <ul ref={list} class="people scrolls" aria-label="People">
        {shown.map((contact) => (
          <li key={contact.userId}>
            <label class="check person">
              <input
                type="checkbox"
                name="who"
                value={contact.userId}
                checked={chosen.has(contact.userId)}
                onChange={() => toggle(contact)}
              />
              <Portrait name={contact.name} picture={contact.avatar} />
              <bdi class="grow">{contact.name}</bdi>
              <span class="quiet small">{contact.via.map((each) => why[each]).join(', ')}</span>
            </label>
          </li>
        ))}
        <li ref={end}>
          {load === 'loading' && <Loading of="people" />}
          {isProblem(load) && <Failed problem={load} retry={() => loosely(() => findContacts(q))} />}
          {load === 'ready' && shown.length === 0 && <p class="hint quiet">Nobody has this name.</p>}
        </li>
      </ul>
    </>
  )
}
