import type { Greeting, Link } from './mail.model.ts'
import { disown, type Template } from './template.ts'

interface Inputs {
  readonly progress_shared: { readonly greeting: Greeting; readonly link: Link }
  readonly course_place: { readonly greeting: Greeting }
  readonly course_request_decided: { readonly greeting: Greeting }
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
  course_place: {
    priority: 'notice',
    usefulForMs: null,
    subject: () => 'You have a place in a course',
    blocks: () => [
      'There is a place for you in a course that you asked for, and you take part in it now. Sign in to begin.',
      'If you no longer want it, leave the course, so that somebody else gets the place.',
    ],
  },
  course_request_decided: {
    priority: 'notice',
    usefulForMs: null,
    subject: () => 'Your request for a course was decided',
    blocks: () => ['You asked for a place in a course. Sign in to see what was decided, and why.'],
  },
}
