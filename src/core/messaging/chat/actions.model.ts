import { z } from 'zod'
import type { MemberRole } from './entries.model.ts'

/** Everything that a member may or may not do in a conversation. */
export const Action = z
  .enum([
    'read',
    'send',
    'attach',
    'edit',
    'react',
    'type',
    'call',
    'startThread',
    'mentionModerators',
    'mentionEveryone',
    'pin',
    'retract',
    'deleteOthers',
    'invite',
    'manageMembers',
    'manageRoles',
    'manageSettings',
    'leave',
    'report',
  ])
  .meta({ id: 'ConversationAction' })
export type Action = z.infer<typeof Action>

export interface Rule {
  /** What it is, for the documentation. */
  readonly says: string
  /** The least role in a group. */
  readonly group: MemberRole
  /** In a direct conversation: both may, nobody may, or it is what such a conversation does not have (409). */
  readonly direct: 'both' | 'nobody' | 'absent'
  /**
   * Others receive something from it, new, changed or passing: not between two of whom one has blocked the other, or is
   * suspended or gone.
   */
  readonly reaches: boolean
  /** Says something of one's own: for moderators alone where only they may post. */
  readonly posts: boolean
  /** Slow mode makes members wait between two of these. */
  readonly isSlowed: boolean
}

const noticedByNobody = { reaches: false, posts: false, isSlowed: false } as const
const reaching = { reaches: true, posts: false, isSlowed: false } as const
const posting = { reaches: true, posts: true, isSlowed: false } as const
const slowed = { reaches: true, posts: true, isSlowed: true } as const

/** Who may do what. There is no other place that says so; docs/guides/chat.md shows it, and a test compares. */
export const rules: Readonly<Record<Action, Rule>> = {
  read: {
    says: 'read, search, catch up, mark as read, export',
    group: 'member',
    direct: 'both',
    ...noticedByNobody,
  },
  send: { says: 'send a message, or an answer in a thread', group: 'member', direct: 'both', ...slowed },
  attach: { says: 'send files', group: 'member', direct: 'both', ...slowed },
  edit: { says: 'edit one’s own message', group: 'member', direct: 'both', ...posting },
  react: { says: 'react', group: 'member', direct: 'both', ...reaching },
  type: { says: 'be seen typing', group: 'member', direct: 'both', ...posting },
  call: { says: 'call', group: 'member', direct: 'both', ...posting },
  startThread: { says: 'begin a thread', group: 'member', direct: 'both', ...slowed },
  mentionModerators: {
    says: 'mention all admins and moderators',
    group: 'member',
    direct: 'nobody',
    ...posting,
  },
  mentionEveryone: { says: 'mention everybody', group: 'moderator', direct: 'nobody', ...posting },
  pin: { says: 'pin and unpin messages', group: 'moderator', direct: 'both', ...reaching },
  retract: {
    says: 'delete one’s own message, take back a reaction',
    group: 'member',
    direct: 'both',
    ...noticedByNobody,
  },
  deleteOthers: {
    says: 'delete messages of those below oneself',
    group: 'moderator',
    direct: 'nobody',
    ...noticedByNobody,
  },
  invite: {
    says: 'make, list and revoke invitations',
    group: 'moderator',
    direct: 'absent',
    ...noticedByNobody,
  },
  manageMembers: {
    says: 'add members, remove those below oneself',
    group: 'moderator',
    direct: 'absent',
    ...noticedByNobody,
  },
  manageRoles: {
    says: 'make somebody admin, moderator or member',
    group: 'admin',
    direct: 'absent',
    ...noticedByNobody,
  },
  manageSettings: {
    says: 'change name, picture, who may post, slow mode',
    group: 'admin',
    direct: 'absent',
    ...noticedByNobody,
  },
  leave: { says: 'leave', group: 'member', direct: 'absent', ...noticedByNobody },
  report: { says: 'report a message to staff', group: 'member', direct: 'both', ...noticedByNobody },
}

const ranks: Readonly<Record<MemberRole, number>> = { member: 0, moderator: 1, admin: 2 }

export const hasRole = (role: MemberRole, least: MemberRole): boolean => ranks[role] >= ranks[least]

/**
 * Whether somebody in one role may act on somebody in another. Whoever is no member any more counts as one: their messages
 * are still there.
 */
export const isAbove = (mine: MemberRole, theirs: MemberRole = 'member'): boolean =>
  mine === 'admin' || ranks[mine] > ranks[theirs]

/** The greatest role that somebody in this one gives to others by an invitation: links are passed on. */
export const invitesAs = (mine: MemberRole): MemberRole => (mine === 'admin' ? 'moderator' : 'member')
