import { collection } from '../../../ports/documents.ts'
import { defineError } from '../../kernel/errors.ts'
import type { User } from './users.model.ts'

export const staffDirectory = 'staff'

export interface StaffMember {
  /** The account. */
  readonly id: string
  readonly directory: typeof staffDirectory
  readonly role: User['role']
  readonly name: string
  readonly avatar: string | null
}

export const rosterDirectory = 'administrators'

/** Who the active administrators are, in the one document that settles whether somebody may cease to be one. */
export interface AdministratorRoster {
  readonly id: typeof rosterDirectory
  readonly directory: typeof rosterDirectory
  readonly name: ''
  readonly active: readonly string[]
  /** Accounts of which one process is about to change that. Meanwhile they are not counted. */
  readonly held: readonly { readonly userId: string; readonly id: string; readonly until: string }[]
}
export const roster: AdministratorRoster = {
  id: rosterDirectory,
  directory: rosterDirectory,
  name: '',
  active: [],
  held: [],
}
export const isRoster = (entry: StaffMember | AdministratorRoster): entry is AdministratorRoster =>
  entry.directory === rosterDirectory

/**
 * Partition `directory`, of which there are two: the staff, who are few and are listed together, and the one document
 * about the administrators.
 */
export const staff = collection<StaffMember | AdministratorRoster>()({
  name: 'Staff',
  partition: 'directory',
  paths: { byName: { by: [], order: 'name' } },
})

export const lastAdministrator = defineError(
  'conflict',
  'last_administrator',
  'Nobody else is an administrator. Make somebody else one first.',
)
