import type { Needs } from '../../../ports/ports.ts'
import { greetingOf, type Link, linkTo } from '../../platform/mail/mail.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import type { User } from '../users/users.model.ts'
import type { AuthSettings } from './auth.model.ts'

/** Mails that tell somebody what happened to their account, so that a stranger's doing does not stay unseen. */
export function createNotices(
  { ids }: Needs<'ids'>,
  { mail, settings }: { readonly mail: Mailing; readonly settings: AuthSettings },
) {
  const chooseNewPassword: Link = linkTo(settings.portalOrigin, '/forgot-password')
  const tell =
    (template: 'password_changed' | 'second_factor_changed' | 'new_device' | 'account_exists') =>
    async (user: User): Promise<void> => {
      // The address of a guest is nobody's.
      if (user.role === 'guest') return
      await mail.enqueue(
        { template, to: user.email, greeting: greetingOf(user.name), link: chooseNewPassword },
        `${template} ${ids.next()}`,
      )
    }
  return {
    passwordChanged: tell('password_changed'),
    secondFactorChanged: tell('second_factor_changed'),
    newDevice: tell('new_device'),
    accountExists: tell('account_exists'),
  }
}

export type Notices = ReturnType<typeof createNotices>
