import { accountMessages } from './accounts.ts'
import { authoringMessages } from './authoring.ts'
import { fileMessages } from './files.ts'
import { formMessages } from './forms.ts'
import { kernelMessages } from './kernel.ts'
import { learningMessages } from './learning.ts'
import { messagingMessages } from './messaging.ts'
import { notificationMessages } from './notifications.ts'
import { privacyMessages } from './privacy.ts'
import { pushMessages } from './push.ts'

/** Of each area, so that a test can name the one that repeats another. */
export const areas = {
  kernelMessages,
  accountMessages,
  fileMessages,
  formMessages,
  learningMessages,
  authoringMessages,
  messagingMessages,
  notificationMessages,
  privacyMessages,
  pushMessages,
} as const

/**
 * Each text that people read in an answer, and its Spanish. The English is the key: it stands where it is said, it is published, and
 * a translation never changes it.
 */
export const spanish = {
  ...kernelMessages,
  ...accountMessages,
  ...fileMessages,
  ...formMessages,
  ...learningMessages,
  ...authoringMessages,
  ...messagingMessages,
  ...notificationMessages,
  ...privacyMessages,
  ...pushMessages,
} as const
