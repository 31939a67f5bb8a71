import type { Code, Link } from './mail.model.ts'

/** A paragraph; a code to read off; a button. */
export type Block = string | { readonly code: Code } | { readonly label: string; readonly link: Link }

export interface Template<I> {
  /** Codes are waited for; notices can wait. */
  readonly priority: 'code' | 'notice'
  /** After this long it would only confuse. Null: always worth sending. */
  readonly usefulForMs: number | null
  readonly subject: (input: I) => string
  readonly blocks: (input: I) => readonly Block[]
}

/** How whoever has the account gets rid of somebody who is in it. */
export const disown = (link: Link): readonly Block[] => [
  'If this was not you, say so within 7 days. What was added to your account since is removed, every device is signed out, and we send you a link to choose a new password:',
  { label: 'It was not me', link },
]
