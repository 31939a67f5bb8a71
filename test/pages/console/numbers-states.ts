import type { ConsoleState } from './states.ts'

/** The screens of numbers, the audit log, tokens and settings. */
export const numbersStates: readonly ConsoleState[] = [
  {
    name: 'numbers',
    as: 'admin',
    async prepare({ admin }) {
      for (const name of ['Ann Walker', 'Bo Lind'])
        await admin.call('POST', '/forms/interest', {
          name,
          email: `${name.toLowerCase().replace(' ', '.')}@example.org`,
          interests: ['job-readiness'],
          availability: 'Evenings',
        })
    },
    async reach(person) {
      await person.press('.console-menu a', 'Numbers')
      await person.sees('.chart canvas')
      await person.sees('.table tbody th')
    },
  },
  {
    name: 'audit',
    as: 'admin',
    async reach(person) {
      await person.press('.console-menu a', 'Audit log')
      await person.sees('.table tbody th', 'user.login')
      await person.sees('.facts dt', 'Last record now')
    },
  },
  {
    name: 'tokens',
    as: 'admin',
    async reach(person) {
      await person.press('.console-menu a', 'Service tokens')
      await person.sees('.hint, .table')
    },
  },
  {
    name: 'tokens-new',
    as: 'admin',
    async reach(person) {
      await person.press('.console-menu a', 'Service tokens')
      await person.press('.screen-head button', 'New token')
      await person.sees('.dialog legend')
    },
  },
  {
    name: 'settings',
    as: 'admin',
    async reach(person) {
      await person.press('.console-menu a', 'Settings')
      await person.sees('.check', 'captions')
      await person.sees('.table code', 'DATA_DIR')
    },
  },
]
