import type { ConsoleState } from './states.ts'

/** Made once by the first state, for all of them. */
let courseId = ''
let lessonId = ''

const open =
  (part = '') =>
  async (person: Parameters<ConsoleState['reach']>[0]) => {
    await person.page.run((to) => {
      location.hash = to
    }, `/courses/${courseId}${part}`)
  }

export const coursesStates: readonly ConsoleState[] = [
  {
    name: 'courses',
    as: 'admin',
    async prepare({ admin }) {
      const course = await admin.call('POST', '/courses', {
        title: 'First days in a new job',
        description: 'What to bring, whom to ask, and how the first week goes.',
        category: 'job-readiness',
        level: 'beginner',
        instructor: { name: 'Dana Hill' },
      })
      courseId = course.id
      const module = await admin.call('POST', `/courses/${courseId}/modules`, { title: 'Before you begin' })
      const lesson = await admin.call('POST', `/courses/${courseId}/lessons`, {
        title: 'What to bring',
        moduleId: module.id,
        duration: 5,
        content:
          '# What to bring\n\n- **Papers**: your card and your contract.\n- A pen.\n\n| day | when |\n| --- | --- |\n| Monday | 8 |\n',
        quiz: {
          questions: [
            {
              type: 'single',
              text: 'What do you bring?',
              choices: [
                { text: 'My papers', isCorrect: true },
                { text: 'Nothing', isCorrect: false },
              ],
            },
          ],
        },
      })
      lessonId = lesson.id
      await admin.call('POST', `/courses/${courseId}/lessons`, {
        title: 'Whom to ask',
        moduleId: module.id,
        duration: 4,
        content: 'Your lead.',
      })
      await admin.call('POST', `/courses/${courseId}/publish`, {})
      await admin.call('PATCH', `/courses/${courseId}/lessons/${lessonId}`, { description: 'Papers.' })
    },
    async reach(person) {
      await person.press('.console-menu a', 'Courses')
      await person.sees('.table a', 'First days')
    },
  },
  {
    name: 'courses-one',
    as: 'admin',
    async reach(person) {
      await open()(person)
      await person.sees('.lines a', 'Whom to ask')
    },
  },
  {
    name: 'courses-publish',
    as: 'admin',
    async reach(person) {
      await open()(person)
      await person.press('.screen-head button', 'Publish')
      await person.sees('.dialog h3', 'Changed lessons')
    },
  },
  {
    name: 'courses-card',
    as: 'admin',
    async reach(person) {
      await open('/card')(person)
      await person.sees('legend', 'Who teaches it')
      await person.sees('option', 'Choose one')
    },
  },
  {
    name: 'courses-lesson',
    as: 'admin',
    async reach(person) {
      await open(`/${lessonId}`)(person)
      await person.press('.markdown button', 'Show the preview')
      await person.sees('.preview strong', 'Papers')
    },
  },
  {
    name: 'courses-people',
    as: 'admin',
    async reach(person, { admin }) {
      const { items } = await admin.call('GET', '/courses?limit=1&sort=title')
      await person.page.run((to) => {
        location.hash = to
      }, `/courses/${items[0].id}/people`)
      await person.sees('.table tbody th')
    },
  },
  {
    name: 'courses-import',
    as: 'admin',
    async reach(person) {
      await person.page.run(() => {
        location.hash = '/courses/import'
      })
      await person.sees('label', 'The package')
    },
  },
  {
    name: 'learners',
    as: 'mentor',
    async reach(person) {
      await person.press('.console-menu a', 'My learners')
      await person.press('.table a', ' ')
      await person.sees('.table tbody th')
      await person.sees('h2', 'Altogether')
    },
  },
]
