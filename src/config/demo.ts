import { area } from './area.ts'
import { onOrOff } from './schemas.ts'
import { server } from './server.ts'

export const demo = area({
  title: 'Demonstration',
  settings: {
    DEMO_DATA: {
      schema: onOrOff,
      fallback: 'off',
      says: 'on: makes the demonstration accounts at the start, as `npm run seed` does. Refused in production.',
    },
    SAMPLE_COURSES: {
      schema: onOrOff,
      fallback: 'on',
      says: 'on: `npm start` puts ten courses into a catalogue that is empty. Never in production.',
    },
  },
  read(values, { problem, read }) {
    const { isProduction } = read(server)
    if (isProduction && values.DEMO_DATA === 'on')
      problem(
        'DEMO_DATA',
        'the demonstration accounts have a published password and are refused in production',
      )
    return {
      config: {
        hasDemoData: values.DEMO_DATA === 'on',
        hasSampleCourses: values.SAMPLE_COURSES === 'on' && !isProduction,
      },
    }
  },
})
