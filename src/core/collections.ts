import type { AnyCollection } from '../ports/documents.ts'
import { sessions } from './accounts/auth/auth.model.ts'
import { identities } from './accounts/auth/identities.ts'
import { oneTimeTokens } from './accounts/auth/one-time-tokens.ts'
import { consents } from './accounts/consents/consents.model.ts'
import { serviceTokens } from './accounts/service-tokens/service-tokens.model.ts'
import { staff, userEmails, users } from './accounts/users/users.model.ts'
import { fileChores, files, filesByOwner } from './files/files.model.ts'
import {
  courseCounts,
  courseMembers,
  courses,
  courseVersions,
  lessonContents,
} from './learning/courses/courses.model.ts'
import { progress } from './learning/enrollments/enrollments.model.ts'
import { mentorAssignments } from './learning/mentors/mentors.model.ts'
import {
  announcements,
  directPairs,
  inbox,
  leftConversations,
  messages,
} from './messaging/chat/chat.model.ts'
import { blocks } from './messaging/contacts/contacts.model.ts'
import { deletions } from './privacy/erasure/erasure.model.ts'
import { dataExports } from './privacy/exports/exports.model.ts'

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
