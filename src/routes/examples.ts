/**
 * What the examples of the reference have in common: one small world with the same people, group and course in it. The
 * course and the lesson are the first of the sample courses, so that reading them works where there are sample courses.
 */
export const examples = {
  email: 'test@example.com',
  password: 'SecurePass123!',
  name: 'Test User',
  phone: '+1 555 010 0199',
  userId: '019b76da-a800-7a4e-9c1b-3f2d5e6a7b80',
  otherUserId: '019b76da-a801-7c52-8d3e-4a1b6c7d8e9f',
  sessionId: '019b76da-a802-7b61-a2f4-5c3d7e8f9a0b',
  conversationId: '019b76da-a803-7d70-b5c6-6e4f8a9b0c1d',
  messageId: 'AZt22qgDfXC1xm5PipsMHQGbdtqoAHpOnBs_LV5qe4BQ2FjgmF7Mf2BBiq8MxatY',
  invitationId: '019b76da-a809-73dc-9b2c-ceafe05b6c7d',
  invitationToken: 'AZt22qgDfXC1xm5PipsMHQGbdtqoCXPcmyzOr-BbbH2rXqX9RioqoLPpUclKW6srpUelD4iIeUY-RSHKuV8mVw',
  fileId: '019b76da-a804-7e8f-86d7-7f5a9b0c1d2e',
  formId: '019b76da-a805-7f9e-97e8-8a6bac1d2e3f',
  tokenId: '019b76da-a806-70ad-a8f9-9b7cbd2e3f4a',
  deadLetterId: '019b76da-a807-71bc-b90a-ac8dce3f4a5b',
  courseId: '76851119-d134-8da3-8754-30fdb0fe5b28',
  lessonId: 'db07ec28-765a-8c74-b720-c81681862674',
  moduleId: '019b76da-a80a-74ed-9d3c-df0ffb16c7d8',
  shareId: '019b76da-a80a-74ed-ad3d-dfb0fe6c7d8e',
  shareToken: 'q1pX0uYk7mBvT3hWc9LrZ2sNdE8fGaJ5oQiPxUyKbMw',
  shareUntil: '2027-01-31T00:00:00.000Z',
  reportId: 'c6fd5e0a-8f0b-8d4c-9a61-2b7d9e3f5a1c',
  trackingNumber: 'REF-2026-000125',
  receiptCode: 'K7QF-2M9D-X4RT-8HWB',
  identityId: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
  passkeyId: 'mZ4rT0xKQ2uV7bN9cW1sLg',
  pushDeviceId: 'pZGm1Av0IEBKARczz7exkNYsZb8LzaMrV7J32a2fFG4',
  pushOpaque: 'q1pX0uYk7mBvT3hWc9LrZ2',
  pushPublicKey: 'BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU',
  deletionReceipt: 'q1pX0uYk7mBvT3hWc9LrZ2sNdE8fGaJ5oQiPxUyKbMw',
  /** As the answer of an earlier step, or the link in a mail, holds it. */
  oneTimeToken: '019b76da-a808-72cb-8a1b-bd9edf4a5b6c.link-1.q1pX0uYk7mBvT3hWc9LrZ2sNdE8fGaJ5oQiPxUyKbMw',
  code: '123456',
} as const

const passkey = { id: examples.passkeyId, rawId: examples.passkeyId, type: 'public-key' as const }

/** What `navigator.credentials.get` gives, as JSON. */
export const passkeyAssertion = {
  ...passkey,
  response: {
    clientDataJSON:
      'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoicTFwWDB1WWs3bUJ2VDNoV2M5THJaMnNOZEU4ZkdhSjVvUWlQeFV5S2JNdyIsIm9yaWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3Q6NzA3MSJ9',
    authenticatorData: 'SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAQ',
    signature:
      'MEUCIQDHm3kq0y0vV8t1b6kq0gq0w2p0Y3n1Zr0bq1uVJm4Q9QIgKf1d6m8m3vJ0Zb1XkQ0eWw2yN5c8sVfQ7r4tYp2u6aE',
    userHandle: 'AZt22qgAek6cGz8tXmp7gA',
  },
  authenticatorAttachment: 'platform',
  clientExtensionResults: {},
}

/** What `navigator.credentials.create` gives, as JSON. */
export const passkeyAttestation = {
  ...passkey,
  response: {
    clientDataJSON:
      'eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoicTFwWDB1WWs3bUJ2VDNoV2M5THJaMnNOZEU4ZkdhSjVvUWlQeFV5S2JNdyIsIm9yaWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3Q6NzA3MSJ9',
    attestationObject: 'o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVg',
    transports: ['internal'],
  },
  authenticatorAttachment: 'platform',
  clientExtensionResults: {},
}

const person = { name: examples.name, email: examples.email, phone: examples.phone }
/** For how long somebody had the form open. */
const elapsedMs = 45_000

export const contactForm = {
  ...person,
  subject: 'A question about the evening courses',
  message: 'Do the evening courses begin in March? I work until six.',
  elapsedMs,
}

export const interestForm = {
  ...person,
  interests: ['job-readiness', 'housing'],
  availability: 'Weekday evenings',
  notes: 'I can come by bus.',
  elapsedMs,
}

export const referralForm = {
  relationship: 'agency' as const,
  referrer: { ...person, organization: 'Example Community Services' },
  participant: { name: 'Sam Example', contact: 'sam@example.com', phone: '+1 555 010 0142' },
  services: ['housing', 'job-readiness'],
  urgency: 'normal' as const,
  notes: 'Sam is best reached in the morning.',
  attachments: [],
  elapsedMs,
}

export const newCourse = {
  title: 'Spreadsheets for everyday life',
  description: 'Keep a budget, a list of applications and a calendar, without knowing any mathematics.',
  category: 'tech' as const,
  level: 'beginner' as const,
  thumbnail: 'https://example.com/spreadsheets.jpg',
  instructor: { name: 'Priya Example', avatar: null, bio: 'Has taught beginners for ten years.' },
  isSequential: true,
}

export const newModule = { title: 'Keeping a budget', order: 1 }
const newQuiz = {
  passPercent: 60,
  maxAttempts: 3,
  isShuffled: { questions: true, choices: true },
  showAnswers: 'after_pass' as const,
  feedback: { passed: 'Well done.', failed: 'Read about cells again.' },
  questions: [
    {
      id: 'cell',
      type: 'single' as const,
      text: 'Where is a cell?',
      points: 2,
      feedback: 'Each cell is named by its column and its row.',
      choices: [
        { id: 'meet', text: 'Where a row and a column meet', isCorrect: true, feedback: '' },
        { id: 'above', text: 'Above the first row', isCorrect: false, feedback: 'That is the header.' },
      ],
    },
    {
      id: 'second-column',
      type: 'text' as const,
      text: 'Which letter names the second column?',
      answers: ['B', 'column B'],
    },
    {
      id: 'half',
      type: 'number' as const,
      text: 'What is 2.5 % of 1,000?',
      answer: 25,
      tolerance: 0.01,
    },
  ],
}

/** To the quiz of that lesson. */
export const quizAnswers = {
  number: 1,
  answers: [
    { questionId: 'cell', choiceIds: ['meet'] },
    { questionId: 'second-column', text: 'b' },
    { questionId: 'half', number: 25 },
  ],
}

export const newLesson = {
  title: 'Rows, columns and cells',
  description: 'What a spreadsheet is made of.',
  duration: 12,
  order: 1,
  content: '# Rows and columns\n\nA cell is where a **row** and a **column** meet.',
  videoUrl: 'https://example.com/rows-and-columns.mp4',
  resources: [{ title: 'Practice sheet', url: 'https://example.com/practice.pdf', type: 'pdf' as const }],
  minimumSeconds: 300,
  watchPercent: 80,
  quiz: newQuiz,
}

export const importedCourse = {
  key: 'reading-a-pay-slip',
  title: 'Reading a pay slip',
  description: 'What is on it and what to do when it is wrong.',
  category: 'job-readiness',
  level: 'beginner',
  modules: [{ key: 'basics', title: 'Basics' }],
  lessons: [{ key: 'gross-and-net', module: 'basics', title: 'Gross and net', content: '# Gross and net' }],
}
