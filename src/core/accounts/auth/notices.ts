import type { Needs } from '../../../ports/ports.ts'
import type { Caller } from '../../kernel/actor.ts'
import type { Language } from '../../kernel/language.ts'
import { greetingOf, type Link, linkTo } from '../../platform/mail/mail.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import { noticeAddresses, takeBackMs } from '../users/former-addresses.model.ts'
import { languageOf, type User } from '../users/users.model.ts'
import type { AuthSettings } from './auth.model.ts'
import type { OneTimeTokens } from './one-time-tokens.ts'

const tries = 5

/** Where somebody is told of something, with what takes it back from there. */
export interface Told {
  readonly to: string
  readonly notMe: Link
  readonly language: Language
}

/**
 * Mails that tell somebody what happened to their account, so that a stranger's doing does not stay unseen. Each carries
 * the link of one who says "it was not me", good for a week: it takes back what was set up since `since`.
 */
export function createNotices(
  { clock, ids }: Needs<'clock' | 'ids'>,
  {
    mail,
    tokens,
    settings,
  }: { readonly mail: Mailing; readonly tokens: OneTimeTokens; readonly settings: AuthSettings },
) {
  /** One for each mailbox. A guest has none: that address is nobody's. */
  async function whereToTell(user: User, since: string): Promise<readonly Told[]> {
    if (user.role === 'guest') return []
    return Promise.all(
      noticeAddresses(user, clock.now()).map(async (to) => {
        const facts = { email: to, since }
        const { token } = await tokens.issue('not-me', user.id, { lifeMs: takeBackMs, tries, facts })
        return { to, notMe: linkTo(settings.pages.notMe, token), language: languageOf(user) }
      }),
    )
  }
  const tell =
    (template: 'password_changed' | 'second_factor_changed' | 'new_device') =>
    async (user: User, since: string): Promise<void> => {
      const greeting = greetingOf(user.name)
      for (const { to, notMe, language } of await whereToTell(user, since))
        await mail.enqueue({ template, to, language, greeting, link: notMe }, `${template} ${ids.next()}`)
    }
  return {
    whereToTell,
    passwordChanged: tell('password_changed'),
    secondFactorChanged: tell('second_factor_changed'),
    newDevice: tell('new_device'),
    /** For who has tried to open an account where there is one. */
    async accountExists(owner: User, asked?: Pick<Caller, 'language'>): Promise<void> {
      const { email, name, role } = owner
      if (role === 'guest') return
      const link = linkTo(settings.pages.forgotPassword)
      const language = languageOf(owner, asked)
      const greeting = greetingOf(name)
      const mailed = { template: 'account_exists', to: email, language, greeting, link } as const
      await mail.enqueue(mailed, `account_exists ${ids.next()}`)
    },
  }
}

export type Notices = ReturnType<typeof createNotices>
