import type { ConsoleState, ConsoleWorld } from './states.ts'

const referral = {
  referrer: {
    name: 'Olga Officer',
    email: 'olga@agency.example',
    phone: '+15550100111',
    organization: 'The agency',
  },
  participant: { name: 'Wanda Who', contact: 'wanda@example.org', phone: '+15550100122' },
  services: ['housing', 'job-readiness'],
  urgency: 'high',
  notes: 'She sleeps at a friend’s until the end of the month.',
}

async function prepare({ admin }: ConsoleWorld): Promise<void> {
  await admin.call('POST', '/forms/contact', {
    name: 'Nora Núñez',
    email: 'nora@example.org',
    subject: 'Evening courses',
    message: 'Are there courses in the evening?',
  })
  await admin.call('POST', '/forms/contact', {
    name: 'Speedy Seller',
    email: 'seller@example.org',
    subject: 'The best offer',
    message: 'Buy this now and never again.',
    website: 'https://seller.example',
  })
  await admin.call('POST', '/forms/referral', { ...referral, urgency: 'normal' })
  const { id } = await admin.call('POST', '/forms/referral', referral)
  const [mentor] = (await admin.call('GET', '/admin/users?role=mentor')).items
  await admin.call('PATCH', `/forms/${id}`, {
    status: 'reviewed',
    assignedTo: mentor.id,
    notes: 'Called back.\nShe comes on Monday.',
  })
}

export const formsStates: readonly ConsoleState[] = [
  {
    name: 'forms',
    as: 'admin',
    prepare,
    async reach(person) {
      await person.press('.console-menu a', 'Forms')
      await person.sees('.table a', 'Nora')
    },
  },
  {
    name: 'forms-detail',
    as: 'admin',
    async reach(person) {
      await person.press('.console-menu a', 'Forms')
      await person.press('.table a', 'Wanda')
      await person.press('button', 'Show the history')
      await person.sees('.table', 'Came in')
    },
  },
  {
    name: 'forms-spam',
    as: 'admin',
    async reach(person) {
      await person.press('.console-menu a', 'Forms')
      await person.press('.table a', 'Speedy')
      await person.press('button', 'It is no spam')
      await person.sees('dialog', 'held back')
    },
  },
  {
    name: 'forms-assign',
    as: 'admin',
    async reach(person) {
      await person.press('.console-menu a', 'Forms')
      await person.press('.table a', 'Nora')
      await person.press('button', 'Assign to…')
      await person.sees('dialog button', 'Demo Mentor')
      await person.sees('dialog button', 'Demo Admin')
    },
  },
  {
    name: 'forms-of-mentor',
    as: 'mentor',
    async reach(person) {
      await person.press('.console-menu a', 'Forms')
      await person.press('.table a', 'Wanda')
      await person.sees('.notes', 'Called back')
    },
  },
]
