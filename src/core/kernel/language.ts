import { z } from 'zod'

/** What people read from us is written in each of these; the first is for who asks for none. */
export const languages = ['en', 'es'] as const

export const Language = z.enum(languages).meta({
  id: 'Language',
  description: 'The language of mails.',
  example: 'en',
})
export type Language = z.infer<typeof Language>
