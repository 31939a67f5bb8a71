import type { ScreenProps } from '../../view/screens.ts'
import { Invite } from './invite.tsx'
import { PeopleList } from './list.tsx'
import { PersonView } from './person-view.tsx'

/** Accounts, one of them, and new ones. */
export function People({ id }: ScreenProps) {
  if (id === null) return <PeopleList />
  return id === 'invite' ? <Invite /> : <PersonView key={id} id={id} />
}
