import { z } from 'zod'
import { area } from './area.ts'
import { anyText, wholeNumber } from './schemas.ts'

/** Says no to what one instance keeps for itself where instances come and go. `instead`: what to write. */
export const keptInOneInstance = (kind: string, instead: string): string =>
  `${kind} is kept by one instance, is lost with it and unknown to the others: refused in production on Azure Functions and workerd. ${instead}`

export const server = area({
  title: 'Server',
  settings: {
    NODE_ENV: {
      schema: z.enum(['development', 'test', 'production']),
      fallback: 'development',
      says: 'production asks for every secret and for PUBLIC_URL, and hides what only developers need.',
    },
    PORT: { schema: wholeNumber(0, 65_535), fallback: '7071', says: 'Where to listen; 0 picks a free port.' },
    HOST: { schema: anyText, fallback: '0.0.0.0', says: 'The address to listen on.' },
    STOP_GRACE_MS: {
      schema: wholeNumber(0, 120_000),
      fallback: '500',
      says: 'How long a server that stops still takes requests, in milliseconds: it says that it is not ready, and each answer ends its connection. Behind a load balancer longer than that takes to notice.',
    },
    DATA_DIR: {
      schema: anyText,
      fallback: './data',
      says: 'The folder of the database file and, outside production, of the generated secrets.',
    },
    LOG_LEVEL: {
      schema: z.enum(['debug', 'info', 'warn', 'error']),
      fallback: 'info',
      says: 'The least that is logged.',
    },
    LOG_FORMAT: {
      schema: z.enum(['json', 'text']),
      says: 'Unset: text in a terminal outside production, JSON otherwise.',
    },
  },
  read(values, { runtime }) {
    const isProduction = values.NODE_ENV === 'production'
    return {
      isProduction,
      /** Whether instances come and go, and nothing in a process or on its disk may be the only copy. */
      isDisposable: isProduction && runtime !== 'node',
      config: {
        isProduction,
        port: values.PORT,
        host: values.HOST,
        stopGraceMs: values.STOP_GRACE_MS,
        dataDirectory: values.DATA_DIR,
        log: { level: values.LOG_LEVEL, format: values.LOG_FORMAT },
      },
    }
  },
})
