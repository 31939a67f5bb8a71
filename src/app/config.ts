import type { AuthConfig } from '../core/accounts/auth/auth.ts'
import type { FileConfig } from '../core/files/files.ts'
import type { FormsConfig } from '../core/forms/forms.ts'
import type { Limit } from '../core/kernel/domain.ts'
import type { ChatConfig } from '../core/messaging/chat/chat.ts'
import type { ReportsConfig } from '../core/messaging/reports/reports.ts'
import type { MailsConfig } from '../core/notifications/mails/mails.ts'
import type { ErasureSettings } from '../core/privacy/erasure/erasure.model.ts'
import type { DeploymentConfig } from '../core/staff/deployment/deployment.ts'
import type { AddressSource, TrustedSite } from '../http/client-address.ts'
import type { OriginLock } from '../http/origin-lock.ts'
import type { HttpSettings } from '../http/request-context.ts'

/** Settings of the app, by who uses them. */
export interface AppConfig
  extends Pick<AuthConfig, 'auth'>,
    Pick<FileConfig, 'files'>,
    Pick<FormsConfig, 'forms'>,
    ChatConfig,
    ReportsConfig,
    Pick<MailsConfig, 'mails'>,
    DeploymentConfig {
  readonly http: HttpSettings
  readonly privacy: ErasureSettings
  readonly limits: Readonly<
    Record<
      | 'general'
      | 'negotiate'
      | 'avatars'
      | 'anonymousUploads'
      | 'auth'
      | 'forms'
      | 'shares'
      | 'newShares'
      | 'unsubscribe',
      Limit
    >
  >
  /** Who says a caller's address. */
  readonly clientAddress: AddressSource
  /** Null: whoever finds the server may call it. */
  readonly originLock: OriginLock | null
  readonly builtPages: {
    /** Also in production, at `/chat`. */
    readonly isChatServed: boolean
    /** At `/console`. */
    readonly isConsoleServed: boolean
    /** Origins of other services that the pages talk to. */
    readonly elsewhere: readonly string[]
  }
  readonly trustedSites: readonly TrustedSite[]
}
