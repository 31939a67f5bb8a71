import type { ConsoleState } from './states.ts'

export const todayStates: readonly ConsoleState[] = [
  {
    name: 'today',
    as: 'admin',
    async reach(person) {
      await person.sees('h1', 'Today')
      await person.sees('.tile', 'wait, all in all')
    },
  },
  {
    name: 'today-of-mentor',
    as: 'mentor',
    async reach(person) {
      await person.sees('h2', 'My learners')
      await person.sees('.table a', 'Demo Learner')
    },
  },
  {
    name: 'mail',
    as: 'admin',
    async reach(person) {
      await person.press('.console-menu a', 'Mail')
      await person.sees('main', 'Every mail was sent')
    },
  },
]
