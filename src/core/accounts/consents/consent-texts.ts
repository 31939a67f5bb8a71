import type { AgreedText } from './consents.model.ts'

/**
 * Every version that was ever shown, newest first per document. A text that was shown is never edited: what somebody
 * agreed to has to be readable for as long as the agreement is kept. A change is a new version on top.
 */
export const consentTexts: readonly AgreedText[] = [
  {
    document: 'privacy',
    version: '2026-11-01',
    title: 'How we treat what you tell us',
    text: `We keep what you give us to run your account, your courses and your messages, and for nothing else. We do not sell it and show it to nobody outside, unless a court or a law makes us.

Staff see what they need for their work with you. You can see who looked: ask for your disclosures. Whoever looks is written down.

You can have a copy of everything, correct it, and have your account erased. What a law makes us keep is listed when you do.

Messages are kept for 90 days. Forms are kept for as long as the law asks, encrypted.`,
  },
  {
    document: 'terms',
    version: '2026-11-01',
    title: 'How we treat each other',
    text: `The courses and messages are free and for your own use. Be kind; do not pass on what others tell you; do not pretend to be somebody else.

Keep your password to yourself, and use "shared computer" when you sign in where others sit after you.

We may suspend an account that harms others. You can always ask why.`,
  },
  {
    document: 'messaging',
    version: '2026-11-01',
    title: 'Messages',
    text: `Staff and the people you share a mentor or a course with can write to you, and you to them. You can block anybody at any time; they are not told.

Messages are encrypted on their way and where they are kept, but not from end to end: staff who run the service could be made to show them. Do not use them in an emergency: call 911.`,
  },
]
