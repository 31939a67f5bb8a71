/*
 * What an e-mail address is: the one rule, for every place that takes an address or sends to one. What an address is
 * written into (a header, HTML, a cell of a table, a log) escapes it there.
 */

const longest = 254
const longestMailbox = 64

/** The domain, in ASCII. */
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const host = new RegExp(`^(?:${label}\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$`)

/**
 * A dot-atom of RFC 5321, and beyond ASCII what RFC 6531 adds to it. What it wants in quotes stays out: white space, and
 * characters by which several addresses, a name or a comment could be meant. Invisible ones too: nobody can tell two such
 * mailboxes apart.
 */
const atom = '[^\\s"<>()[\\]\\\\,;:@.\\p{C}\\p{Default_Ignorable_Code_Point}]+'
const mailbox = new RegExp(`^${atom}(?:\\.${atom})*$`, 'u')

/** What clipboards bring along. */
const around = /^[\s\p{Bidi_Control}]+|[\s\p{Bidi_Control}]+$/gu

/** As most are written: folding would change nothing. */
const plainlyFolded = /^[a-z0-9_.+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}$/

/** What two spellings of one mailbox have in common: case, Unicode form and the domain's encoding are folded. */
export function normalizeEmailAddress(text: string): string {
  if (plainlyFolded.test(text) && !text.includes('xn--')) return text
  const folded = text.replaceAll(around, '').normalize('NFKC').toLowerCase().normalize('NFKC')
  const at = folded.lastIndexOf('@')
  if (at < 1) return folded
  const domain = folded.slice(at + 1)
  const ascii = /^[\p{L}\p{M}\p{N}.-]+$/u.test(domain) ? URL.parse(`http://${domain}`)?.hostname : undefined
  return `${folded.slice(0, at)}@${ascii ?? domain}`
}

/** Whether this is one address that mail can be sent to, normalized. */
export function isEmailAddress(text: string): boolean {
  const at = text.lastIndexOf('@')
  const local = text.slice(0, Math.max(at, 0))
  return (
    text.length <= longest &&
    normalizeEmailAddress(text) === text &&
    [...local].length <= longestMailbox &&
    mailbox.test(local) &&
    host.test(text.slice(at + 1))
  )
}
