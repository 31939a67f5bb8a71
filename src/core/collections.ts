import type { AnyCollection } from '../ports/documents.ts'
import { sessions } from './auth/auth.model.ts'
import { identities } from './auth/identities.ts'
import { oneTimeTokens } from './auth/one-time-tokens.ts'
import { announcements, directPairs, inbox, leftConversations, messages } from './chat/chat.model.ts'
import { consents } from './consents/consents.model.ts'
import { blocks } from './contacts/contacts.model.ts'
import {
  courseCounts,
  courseMembers,
  courses,
  courseVersions,
  lessonContents,
} from './courses/courses.model.ts'
import { fileChores, files, filesByOwner } from './files/files.model.ts'
import { progress } from './learning/learning.model.ts'
import { mentorAssignments } from './mentors/mentors.model.ts'
import { deletions } from './privacy/deletions.model.ts'
import { dataExports } from './privacy/exports.model.ts'
import { serviceTokens } from './service-tokens/service-tokens.model.ts'
import { staff, userEmails, users } from './users/users.model.ts'

/** Every collection there is: stores derive their containers and indexes from this. */
export const collections: readonly AnyCollection[] = [
  users,
  userEmails,
  sessions,
  oneTimeTokens,
  identities,
  consents,
  staff,
  mentorAssignments,
  blocks,
  courses,
  courseVersions,
  lessonContents,
  courseMembers,
  serviceTokens,
  courseCounts,
  progress,
  messages,
  inbox,
  leftConversations,
  directPairs,
  announcements,
  dataExports,
  deletions,
  files,
  filesByOwner,
  fileChores,
]
