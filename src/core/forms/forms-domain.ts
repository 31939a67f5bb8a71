import type { Submission } from '../../ports/submissions.ts'
import type { Files } from '../files/files.ts'
import type { Recording } from '../platform/audit/audit.model.ts'
import type { Keys } from '../platform/keys/keys.ts'
import type { Mailing } from '../platform/mail/mail.ts'
import type { ChangeSubmission, erasure } from './change-submission.ts'
import type { FormMails } from './form-mails.ts'
import type { FormSettings } from './forms.model.ts'
import type { SealSubmission } from './seal-submission.ts'
import type { JudgeSpam } from './spam.ts'

/** What the use cases of this domain have in common. */
export interface FormsDomain {
  readonly keys: Keys
  readonly audit: Recording
  readonly mail: Mailing
  readonly settings: FormSettings
  /** Takes uploaded files for one submission; `validation_error` for one that cannot be taken. */
  readonly bindFiles: Files['bindToForm']
  readonly removeFiles: Files['removeFromForm']
  readonly mails: FormMails
  readonly sealing: SealSubmission
  readonly judge: JudgeSpam
  readonly changeSubmission: ChangeSubmission
  /** Removes the files of a submission, and answers the change that removes the rest. */
  readonly eraseContents: (submission: Submission) => Promise<ReturnType<typeof erasure>>
  /** Keyed hashes, to find a form by. */
  readonly hashContacts: (contacts: readonly string[]) => Promise<readonly string[]>
}
