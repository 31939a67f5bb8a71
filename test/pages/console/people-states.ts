import { demoPassword } from '../../../entry/demo.ts'
import type { ConsoleState } from './states.ts'

export const peopleStates: readonly ConsoleState[] = [
  {
    name: 'people',
    as: 'admin',
    async reach(person) {
      await person.press('.console-menu a', 'People')
      await person.sees('.table a', 'Demo Mentor')
    },
  },
  {
    name: 'people-person',
    as: 'admin',
    async prepare({ server }) {
      await server.signIn('alicia.brooks@example.org', demoPassword)
    },
    async reach(person) {
      await person.press('.console-menu a', 'People')
      await person.fill('[name=q]', 'alicia brooks')
      await person.page.press('Enter')
      await person.seesNo('.table a', 'Demo')
      await person.press('.table a', 'Alicia Brooks')
      await person.sees('.section', 'It takes two members of staff')
      await person.press('button', 'Show the disclosures')
      await person.sees('.table', 'Your account')
    },
  },
  {
    name: 'people-suspend',
    as: 'admin',
    async reach(person) {
      await person.press('.console-menu a', 'People')
      await person.fill('[name=q]', 'ben brooks')
      await person.page.press('Enter')
      await person.seesNo('.table a', 'Demo')
      await person.press('.table a', 'Ben Brooks')
      await person.press('button', 'Suspend')
      await person.sees('dialog', 'cannot sign in')
    },
  },
  {
    name: 'people-invite',
    as: 'admin',
    async reach(person) {
      await person.press('.console-menu a', 'People')
      await person.press('a.button', 'Invite people')
      await person.fill('[name=people]', 'new.comer@example.org, New Comer')
      await person.page.press('Enter')
      await person.page.type('not an address')
      await person.press('button', 'Invite 2 people')
      await person.press('dialog button.danger', 'Invite')
      await person.fill('dialog [name=proof]', demoPassword)
      await person.page.press('Enter')
      await person.sees('.table', 'Not understood')
    },
  },
]
