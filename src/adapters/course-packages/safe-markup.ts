import { defaultSchema } from 'rehype-sanitize'

/** Text of these is no text of the page. */
const stripped = [
  'script',
  'style',
  'template',
  'noscript',
  'title',
  'textarea',
  'select',
  'object',
  'svg',
  'math',
]

/** What may be in the text of a lesson: where it comes in, and where it is shown. */
export const safeMarkup = {
  ...defaultSchema,
  strip: stripped,
  protocols: {
    ...defaultSchema.protocols,
    href: ['http', 'https', 'mailto', 'tel'],
    src: ['http', 'https'],
  },
}
