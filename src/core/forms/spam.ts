import type { Needs } from '../../ports/ports.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import type { Keys } from '../platform/keys/keys.ts'
import type { FilledForm } from './forms.model.ts'

/** Nobody reads and fills a form this fast. */
const leastElapsedMs = 3_000
const mostLinks = 2
const hourMs = 60 * 60_000

/** Forms of one sender in an hour. Agencies refer many people in a row. */
const mostFromSender = { contact: 4, interest: 4, referral: 30 } as const
/** The same words in a day. */
const mostRepeated = 2

export type SpamSignal = 'honeypot' | 'too_fast' | 'links' | 'markup' | 'repeated_sender' | 'repeated_text'

const linkPattern = /https?:\/\/|\bwww\./gi
const markupPattern = /<a\s[^>]*href|\[url[=\]]|\[link[=\]]/i

const sentencesOf = ({ type, form }: FilledForm): string =>
  (type === 'contact' ? [form.subject, form.message] : [form.notes ?? '']).join('\n')

function signalsOfContent(filled: FilledForm): readonly SpamSignal[] {
  const { website = '', elapsedMs } = filled.form
  const words = sentencesOf(filled)
  return [
    ...(website.trim() === '' ? [] : ['honeypot' as const]),
    ...(elapsedMs === undefined || elapsedMs >= leastElapsedMs ? [] : ['too_fast' as const]),
    ...((words.match(linkPattern)?.length ?? 0) > mostLinks ? ['links' as const] : []),
    ...(markupPattern.test(words) ? ['markup' as const] : []),
  ]
}

/**
 * What speaks for a form being spam; with nothing it is not. It is only put aside: whoever sent it gets the same
 * answer, and staff can bring it back. While the cache is down nothing is counted.
 */
export function createJudgeSpam({ cache, log }: Needs<'cache' | 'log'>, keys: Keys) {
  const isMoreThan = async (most: number, name: string, value: string, ttlMs: number): Promise<boolean> => {
    const key = `forms:${name}:${await keys.pseudonym(`form ${name}`, value)}`
    return (await cache.increment(key, ttlMs)).count > most
  }

  /**
   * A sender counts by mailbox and network address together: whoever writes in the name of others uses up nothing of
   * what they may send.
   */
  return async (
    filled: FilledForm,
    sender: string | null,
    address: string | null,
  ): Promise<readonly SpamSignal[]> => {
    const signals = [...signalsOfContent(filled)]
    const words = sentencesOf(filled).toLowerCase().replaceAll(/\s+/g, ' ').trim()
    try {
      const [isRepeatedSender, isRepeatedText] = await Promise.all([
        sender !== null &&
          isMoreThan(
            mostFromSender[filled.type],
            `sender-${filled.type}`,
            `${sender} ${address ?? ''}`,
            hourMs,
          ),
        words.length >= 40 && isMoreThan(mostRepeated, 'text', words, 24 * hourMs),
      ])
      if (isRepeatedSender) signals.push('repeated_sender')
      if (isRepeatedText) signals.push('repeated_text')
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      log.warn('form_repetitions_not_counted')
    }
    return signals
  }
}

export type JudgeSpam = ReturnType<typeof createJudgeSpam>
