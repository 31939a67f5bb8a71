import type { ConsoleState, ConsoleWorld } from './states.ts'

async function prepare({ server, admin }: ConsoleWorld): Promise<void> {
  const [rude, hurt] = [await server.signUp('Rudi Rude'), await server.signUp('Hanna Hurt')]
  const { id } = await admin.call('POST', '/conversations', {
    type: 'group',
    name: 'Monday group',
    participantIds: [rude.id, hurt.id],
  })
  for (const [text, reason] of [
    ['Nobody wants you here.\nGo away.', 'harassment'],
    ['I know where you live.', 'threat'],
  ]) {
    const message = await rude.call('POST', `/conversations/${id}/messages`, { text })
    await hurt.call('POST', `/messages/${message.id}/reports`, { reason, note: 'This goes on since Monday.' })
  }
}

export const reportsStates: readonly ConsoleState[] = [
  {
    name: 'reports',
    as: 'admin',
    prepare,
    async reach(person) {
      await person.press('.console-menu a', 'Reported messages')
      await person.sees('.table', 'Look now')
    },
  },
  {
    name: 'reports-report',
    as: 'admin',
    async reach(person) {
      await person.press('.console-menu a', 'Reported messages')
      await person.press('.table a', 'Harassment')
      await person.sees('.quote', 'Go away')
      await person.sees('.section', 'Other reports')
    },
  },
]
