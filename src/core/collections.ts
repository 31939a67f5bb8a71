import type { AnyCollection } from '../ports/documents.ts'
import { sessions } from './auth/auth.model.ts'
import { userEmails, users } from './users/users.model.ts'

/** Every collection there is: stores derive their containers and indexes from this. */
export const collections: readonly AnyCollection[] = [users, userEmails, sessions]
