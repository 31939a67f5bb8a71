import type { Needs } from '../../../ports/ports.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { walk } from '../../kernel/walk.ts'
import type { Administrators } from './administrators.ts'
import { isRoster, type StaffMember, staff, staffDirectory } from './staff.model.ts'
import { isActiveAdministrator, isStaff, type User, users } from './users.model.ts'

const pageSize = 500

export const staffMemberOf = ({ id, name, avatar, role }: User): StaffMember => ({
  id,
  directory: staffDirectory,
  name,
  avatar,
  role,
})

/** The directory of those anybody may write to. Their accounts say who is one; the directory is for listing. */
export function createStaff(needs: Needs<'documents'>, administrators: Administrators) {
  const { documents } = needs
  const put = createPutDocument(needs)

  async function sync(user: User): Promise<void> {
    const key = { partition: staffDirectory, id: user.id }
    await put(staff, key, () => (isStaff(user) ? staffMemberOf(user) : null))
  }

  return {
    sync,

    async list(): Promise<readonly StaffMember[]> {
      const members: StaffMember[] = []
      const readPage = (after: { readonly after?: string }) =>
        documents.query(staff, {
          path: 'byName',
          partition: staffDirectory,
          equals: {},
          limit: pageSize,
          ...after,
        })
      for await (const { value } of walk(readPage)) if (!isRoster(value)) members.push(value)
      return members
    },

    /** Compares both lists with every account, for what a crash in between left behind. */
    async syncAll(): Promise<void> {
      const listed = new Set(await administrators.list())
      for await (const { value } of walk((after) => documents.scan(users, after))) {
        const isListed = (await documents.read(staff, { partition: staffDirectory, id: value.id })) !== null
        if (isListed !== isStaff(value)) await sync(value)
        if (isActiveAdministrator(value) && !listed.has(value.id))
          await administrators.bringIntoLine(value.id)
      }
      await administrators.sweep()
    },
  }
}

export type Staff = ReturnType<typeof createStaff>
