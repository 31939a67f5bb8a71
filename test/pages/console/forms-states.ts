import type { ConsoleState } from './states.ts'

export const formsStates: readonly ConsoleState[] = [
  {
    name: 'forms',
    as: 'admin',
    async prepare({ admin }) {
      await admin.call('POST', '/forms/contact', {
        name: 'Nora Núñez',
        email: 'nora@example.org',
        subject: 'Evening courses',
        message: 'Are there courses in the evening?',
      })
    },
    async reach(person) {
      await person.press('.console-menu a', 'Forms')
      await person.sees('.table a', 'Nora')
    },
  },
]
