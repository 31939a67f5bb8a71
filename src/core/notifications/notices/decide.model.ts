import { z } from 'zod'
import { type Channel, type NoticeKind, type Subject, standards } from './kinds.model.ts'
import { isSwitchedOn, type TellingPreferences } from './preferences.model.ts'
import { endOf } from './quiet-hours.model.ts'

/** Why somebody is told, or not. These codes are kept: front ends and people quote them. */
export const Rule = z
  .enum([
    'switched_on',
    'switched_off',
    'always_told',
    'never_told_there',
    'push_off',
    'muted',
    'quiet_hours',
    'do_not_disturb',
    'read',
    'not_visible',
    'account_inactive',
    'connected',
    'blocked',
    'no_device',
  ])
  .meta({ id: 'NotificationRule' })
export type Rule = z.infer<typeof Rule>

/** `later`: not before `at`, and only if it is still to be told then. */
export type Decision =
  | { readonly outcome: 'told'; readonly rule: Rule }
  | { readonly outcome: 'not_told'; readonly rule: Rule }
  | { readonly outcome: 'later'; readonly rule: Rule; readonly at: string }

export interface Circumstances {
  readonly preferences: TellingPreferences
  /** Until when the conversation is muted, of what is about one. */
  readonly mutedUntil: string | null
  readonly nowMs: number
}

/** What is muted is not even listed; that somebody was addressed or called is, without noise. */
const isListedWhenMuted: readonly NoticeKind[] = ['mention', 'missed_call']

const notTold = (rule: Rule): Decision => ({ outcome: 'not_told', rule })

/** When noise is allowed again, and what keeps it away now; null when nothing does. */
export function silenceOf(
  { quietHours, doNotDisturbUntil, timeZone }: TellingPreferences,
  nowMs: number,
): { readonly rule: Rule; readonly untilMs: number } | null {
  const undisturbedMs = doNotDisturbUntil ? Date.parse(doNotDisturbUntil) : 0
  const quietEnd = (ms: number) => (quietHours ? endOf(quietHours, timeZone, ms) : null)
  if (undisturbedMs > nowMs)
    return { rule: 'do_not_disturb', untilMs: quietEnd(undisturbedMs) ?? undisturbedMs }
  const endMs = quietEnd(nowMs)
  return endMs === null ? null : { rule: 'quiet_hours', untilMs: endMs }
}

/**
 * Whether somebody is told of a kind on a channel, by what they chose. Pure: what they may still see, have read or are
 * looking at is asked beside it. The list makes no noise, so it knows no quiet hours; of an account's security a mail is
 * sent at once too.
 */
export function decide(
  { kind }: Pick<Subject, 'kind'>,
  channel: Channel,
  { preferences, mutedUntil, nowMs }: Circumstances,
): Decision {
  const standard = standards[kind][channel]
  if (standard === 'never') return notTold('never_told_there')
  if (standard === 'always') return { outcome: 'told', rule: 'always_told' }
  if (channel === 'push' && !preferences.isPushOn) return notTold('push_off')
  if (!isSwitchedOn(preferences, kind, channel)) return notTold('switched_off')
  const isMuted = mutedUntil !== null && Date.parse(mutedUntil) > nowMs
  if (isMuted && !(channel === 'list' && isListedWhenMuted.includes(kind))) return notTold('muted')
  const silence = channel === 'list' ? null : silenceOf(preferences, nowMs)
  if (silence) return { outcome: 'later', rule: silence.rule, at: new Date(silence.untilMs).toISOString() }
  return { outcome: 'told', rule: 'switched_on' }
}
