import { preferencesOf, type User } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import { AppError } from '../../kernel/errors.ts'
import type { MailList } from '../../platform/mail/mail.model.ts'

/** The preference behind a list. */
export interface ListSwitch {
  readonly isOn: (user: User) => Promise<boolean>
  /** Whether that changed anything. An account that is not there is as good as one that has said so. */
  readonly turn: (userId: string, isOn: boolean) => Promise<boolean>
}

export function createLists({
  users,
  now,
}: {
  readonly users: Pick<Users, 'changeUser'>
  readonly now: () => string
}): Readonly<Record<MailList, ListSwitch>> {
  return {
    weekly: {
      isOn: async (user) => preferencesOf(user).emailUpdates,
      async turn(userId, emailUpdates) {
        let hasChanged = false
        try {
          await users.changeUser(userId, (user) => {
            hasChanged = preferencesOf(user).emailUpdates !== emailUpdates
            return hasChanged
              ? { ...user, preferences: { ...user.preferences, emailUpdates }, updatedAt: now() }
              : user
          })
        } catch (error) {
          if (error instanceof AppError && error.kind === 'not_found') return false
          throw error
        }
        return hasChanged
      },
    },
  }
}
