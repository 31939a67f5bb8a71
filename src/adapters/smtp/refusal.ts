/** What a server said, as the client library hands it on. */
export interface SmtpRefusal {
  readonly responseCode?: number
  /** The whole reply: `550 5.1.1 No such user`. */
  readonly response?: string
  /** To what it was the answer. */
  readonly command?: string
}

/**
 * Enhanced status codes of RFC 3463 that say how something is at the moment, or what we have set up, and not that this
 * mail can never arrive: by subject, and by subject and detail. All others are final in a reply of 5xx.
 */
const passing = new Set([
  // Our own address, which is ours to correct.
  ...['1.7', '1.8'],
  // A mailbox that is full; a list that cannot be expanded.
  ...['2.2', '2.4'],
  // Of the system there: undefined, full, not taking anything, wrongly configured.
  ...['3.0', '3.1', '3.2', '3.5'],
  // Networks and routes, all of them, the limits that some report as congestion included.
  '4',
  // What the two programs said to each other out of turn.
  '5',
  // Undefined, as `530 5.7.0 Must issue STARTTLS first`.
  '7.0',
  // Our login, our account, our domain's records (RFC 4954, 5248, 7372), and too much mail at once.
  ...[8, 9, 10, 11, 12, 13, 14, 15, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29].map(
    (detail) => `7.${detail}`,
  ),
])
/** Codes for several things, of which the words say which. */
const ambiguous = new Set(['1.0', '2.0', '2.1', '6.0', '7.1'])
const passingWords =
  /relay|quota|storage|\bfull\b|over ?limit|\blimit|\brate\b|too (?:many|fast|quickly|much)|temporar|try (?:again|later)|later|unavailable|grey-?list|gray-?list|throttl|authenticat|\b(?:spf|dkim|dmarc)\b|blacklist|blocklist|block list|\brbl\b|spamhaus|reputation|your (?:ip|host|server|network|domain)|client host|sender (?:address|domain)/i

/** Of the plain codes, those that are about this recipient or this letter (RFC 5321, 7504). */
const finalForRecipient = new Set([501, 521, 550, 551, 553, 554, 555, 556, 571])
const finalForContent = new Set([521, 523, 550, 551, 552, 553, 554, 555, 556, 571])
/** About the letter itself, whatever it is the answer to. */
const aboutTheLetter = /^(?:2\.3|3\.[34]|6\.\d+)$/

function enhancedOf({ response = '' }: SmtpRefusal) {
  const [, kind = '', subject = '', detail = ''] =
    /^\s*\d{3}[ -]([245])\.(\d{1,3})\.(\d{1,3})(?!\d)/.exec(response) ?? []
  return kind === '' ? null : { kind, subject, status: `${subject}.${detail}` }
}

/**
 * Whether trying again is of no use. A refusal of this recipient or this letter is, unless it tells of a state that may
 * pass; about the login, the sender or the connection it is ours to correct. In doubt it is not: what is tried for three
 * days in vain becomes a dead letter all the same.
 */
export function isForGood(refusal: SmtpRefusal): boolean {
  const { responseCode = 0, command = '', response = '' } = refusal
  if (responseCode < 500 || responseCode > 599) return false
  const enhanced = enhancedOf(refusal)
  const isAboutMail = ['RCPT TO', 'DATA'].includes(command)
  if (!isAboutMail) return enhanced?.kind === '5' && aboutTheLetter.test(enhanced.status)
  if (enhanced) {
    const { kind, subject, status } = enhanced
    if (kind !== '5' || passing.has(subject) || passing.has(status)) return false
    return !(ambiguous.has(status) && passingWords.test(response))
  }
  const isFinal = (command === 'DATA' ? finalForContent : finalForRecipient).has(responseCode)
  return isFinal && !passingWords.test(response)
}

/** `550 5.1.1`, for people who look for the reason. Without the server's words, which may repeat the address. */
export function codeOf(refusal: SmtpRefusal): string | null {
  const { responseCode } = refusal
  if (responseCode === undefined || !Number.isInteger(responseCode)) return null
  const enhanced = enhancedOf(refusal)
  return enhanced ? `${responseCode} ${enhanced.kind}.${enhanced.status}` : String(responseCode)
}
