import type { Needs } from '../../ports/ports.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import type { Caller } from '../kernel/actor.ts'
import type { Keys } from '../platform/keys/keys.ts'
import { senderOf } from './form-mails.ts'
import { normalizeContact } from './form-text.ts'
import type { FilledForm, FormSettings } from './forms.model.ts'
import { createFindLinks, findMarkedUpLinks, hasHardlyAWord } from './links.ts'

/** Nobody reads and fills a form this fast. */
const leastElapsedMs = 3_000
const hourMs = 60 * 60_000

interface Allowance {
  /** Forms of one sender in an hour: a class may write from the mailbox of its teacher. */
  readonly fromSender: number
  /** The same words from one network address in a day; null: as many as they like. */
  readonly sameWords: number | null
  /** Different links to other places than ours. */
  readonly links: number
  /** So many with hardly a word beside them are no message. */
  readonly bareLinks: number
}

/** Agencies refer many people in a row, in words of their own that stay the same, and name the papers of each. */
const agency: Allowance = { fromSender: 40, sameWords: null, links: 12, bareLinks: 12 }
const person: Allowance = { fromSender: 30, sameWords: 60, links: 8, bareLinks: 8 }

/** By what is sent, and by who sends it. */
const allowances = {
  contact: { ...person, links: 5, bareLinks: 2 },
  interest: person,
  self: person,
  family: person,
  officer: agency,
  agency,
} as const

/** Words with a link in them, from anywhere in a day: one advertisement from many machines. */
const mostSameWithLink = 40
/** Shorter ones are said by many people. */
const leastWords = 40

export type SpamSignal = 'honeypot' | 'too_fast' | 'links' | 'markup' | 'repeated_sender' | 'repeated_text'

const allowanceOf = ({ type, form }: FilledForm): Allowance =>
  allowances[type === 'referral' ? (form.relationship ?? 'agency') : type]

const textOf = ({ type, form }: FilledForm): string => (type === 'contact' ? form.message : form.notes) ?? ''

/** A mailbox, whatever is tagged on to it; of those who have none, how else to reach them. */
function mailboxOf(filled: FilledForm): string | null {
  const { email } = senderOf(filled)
  if (email !== null) return email.replace(/\+[^@]*@/, '@')
  if (filled.type !== 'referral') return null
  const { contact } = filled.form.participant
  return normalizeContact(contact) ?? contact.toLowerCase()
}

function signalsOfContent(filled: FilledForm, links: readonly string[]): readonly SpamSignal[] {
  const { website = '', elapsedMs } = filled.form
  const text = textOf(filled)
  const most = allowanceOf(filled)
  const isAdvertising =
    links.length > most.links || (links.length > most.bareLinks && hasHardlyAWord(text, links.length))
  return [
    ...(website.trim() === '' ? [] : ['honeypot' as const]),
    ...(elapsedMs === undefined || elapsedMs >= leastElapsedMs ? [] : ['too_fast' as const]),
    ...(isAdvertising ? ['links' as const] : []),
    ...(findMarkedUpLinks(text) ? ['markup' as const] : []),
  ]
}

/**
 * What speaks for a form being spam; with nothing it is not. It is only put aside: whoever sent it gets the same
 * answer, its clock goes on, and staff can bring it back. While the cache is down nothing is counted.
 *
 * What one sender does uses up nothing of what others may send: a sender is a mailbox and a network address together,
 * and the same words count for each network address. A sending that is repeated under its key counts once.
 */
export function createJudgeSpam(
  { cache, log }: Needs<'cache' | 'log'>,
  keys: Keys,
  { publicOrigin, portalOrigin }: Pick<FormSettings, 'publicOrigin' | 'portalOrigin'>,
) {
  const findLinks = createFindLinks([publicOrigin, portalOrigin])
  const countOf = async (
    name: string,
    ttlMs: number,
    ...hashes: readonly Promise<string>[]
  ): Promise<number> =>
    (await cache.increment(`forms:${name}:${(await Promise.all(hashes)).join(':')}`, ttlMs)).count

  async function repetitionsOf(
    filled: FilledForm,
    caller: Caller,
    hasLink: boolean,
  ): Promise<readonly SpamSignal[]> {
    const { fromSender, sameWords } = allowanceOf(filled)
    const mailbox = mailboxOf(filled)
    // Without one only the mailbox is counted: not everybody whose address nobody said, as if they were one.
    const address = keys.pseudonym('address', caller.address ?? '')
    const words = sameWords === null ? '' : textOf(filled).toLowerCase().replaceAll(/\s+/g, ' ').trim()
    const isCounted = words.length >= leastWords
    const [ofSender, fromAddress, withLink] = await Promise.all([
      mailbox === null
        ? 0
        : countOf(`sender-${filled.type}`, hourMs, keys.pseudonym('form contact', mailbox), address),
      // Where many people share an address, and we know it, they may all say the same.
      isCounted && caller.site === null && caller.address !== null
        ? countOf('text', 24 * hourMs, keys.pseudonym('form text', words), address)
        : 0,
      isCounted && hasLink ? countOf('text-with-link', 24 * hourMs, keys.pseudonym('form text', words)) : 0,
    ])
    const isRepeatedText = fromAddress > (sameWords ?? 0) || withLink > mostSameWithLink
    return [
      ...(ofSender > fromSender ? ['repeated_sender' as const] : []),
      ...(isRepeatedText ? ['repeated_text' as const] : []),
    ]
  }

  /** `sendingId` names a sending that its client may repeat; null for one that it cannot. */
  return async (
    filled: FilledForm,
    caller: Caller,
    sendingId: string | null,
  ): Promise<readonly SpamSignal[]> => {
    const links = findLinks(textOf(filled))
    const signals = signalsOfContent(filled, links)
    try {
      if (sendingId !== null && (await cache.increment(`forms:sending:${sendingId}`, hourMs)).count > 1)
        return signals
      return [...signals, ...(await repetitionsOf(filled, caller, links.length > 0))]
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      log.warn('form_repetitions_not_counted')
      return signals
    }
  }
}

export type JudgeSpam = ReturnType<typeof createJudgeSpam>
