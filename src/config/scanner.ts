import { z } from 'zod'
import { area } from './area.ts'
import { chooseKind } from './choose-kind.ts'
import { anyText, port } from './schemas.ts'

export const scanner = area({
  title: 'Malware in files',
  settings: {
    SCANNER: {
      schema: z.enum(['none', 'clamav']),
      says: 'What looks for malware in uploads. Unset: clamav when CLAMAV_HOST is there, otherwise none, which accepts every file.',
    },
    CLAMAV_HOST: {
      schema: anyText,
      example: 'clamd.internal',
      says: 'Where clamd listens, which chooses SCANNER=clamav.',
    },
    CLAMAV_PORT: { schema: port, fallback: '3310', says: 'The TCPSocket of clamd.' },
  },
  shares: ['CLAMAV_'],
  read(values, context) {
    const kind = chooseKind(context, 'SCANNER', values.SCANNER, { clamav: ['CLAMAV_HOST'] }, 'none')
    return {
      config: {
        scanner: {
          none: { kind: 'none' as const },
          clamav: {
            kind: 'clamav' as const,
            host: values.CLAMAV_HOST ?? '',
            port: values.CLAMAV_PORT,
          },
        }[kind],
      },
    }
  },
})
