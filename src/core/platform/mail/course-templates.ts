import type { Greeting, Link } from './mail.model.ts'
import { disown, type Template } from './template.ts'

interface Inputs {
  readonly progress_shared: { readonly greeting: Greeting; readonly link: Link }
}

/** What people are told of their courses. */
export const courseTemplates: { readonly [N in keyof Inputs]: Template<Inputs[N]> } = {
  progress_shared: {
    priority: 'notice',
    usefulForMs: null,
    subject: () => 'A link to your progress was made',
    blocks: ({ link }) => [
      'Somebody, hopefully you, made a link that shows how far you are in courses. Whoever has the link can look, until it ends or you end it.',
      'Each look is on the list of disclosures in your account.',
      ...disown(link),
    ],
  },
}
