import { afterAll, beforeAll, inject } from 'vitest'
import { type Browser, createBrowser, origin, type Send } from '../app.ts'
import { createCheckedSend } from './openapi.ts'
import {
  type Capability,
  type RunningTarget,
  type TargetDefinition,
  type TargetName,
  targets,
} from './targets.ts'

declare module 'vitest' {
  interface ProvidedContext {
    target: TargetName
  }
}

/** On the Functions host a line of a call comes within one of the host. */
const saidIn = (line: string): string =>
  line.startsWith('{"event":"rpc_log"') ? String(JSON.parse(line).message) : line

/**
 * The target of this run, started for the file that calls this and stopped after it. Knows of it only what HTTP shows.
 * Every answer is held against the published description.
 */
export function useTarget({
  environment = {},
  descriptionHeaders = {},
}: {
  readonly environment?: Record<string, string>
  /** What reading the description takes, where not everybody may. */
  readonly descriptionHeaders?: Record<string, string>
} = {}) {
  const name = inject('target')
  const definition: TargetDefinition = targets[name]
  let running: RunningTarget | undefined
  let checkedSend: Send | undefined

  beforeAll(async () => {
    running = await definition.start({
      PUBLIC_URL: origin,
      RATE_LIMIT_SCALE: '10000',
      DEMO_DATA: 'on',
      ...environment,
    })
    const { url } = running
    checkedSend = await createCheckedSend((path, init = { headers: descriptionHeaders }) =>
      fetch(url + path, init),
    )
  })
  afterAll(() => running?.stop())

  const send: Send = (path, init) => {
    if (!checkedSend) throw new Error('the target has not started')
    return checkedSend(path, init)
  }
  return {
    name,
    send,
    /** Where it listens, for programs that talk to it by themselves. */
    url(): string {
      if (!running) throw new Error('the target has not started')
      return running.url
    },
    /** A browser without a session. */
    openBrowser: (): Browser => createBrowser(send),
    /** For `test.runIf`. What the target lacks is printed with its reason. */
    can(capability: Capability): boolean {
      const reason = definition.lacks[capability]
      if (reason !== undefined) console.info(`${name} lacks ${capability}: ${reason}`)
      return reason === undefined
    },
    /** Before something is read again that was changed and is the same for everybody: an edge may keep it for a while. */
    letCopiesRunOut: (): void => running?.letCopiesRunOut?.(),
    /** Everything the target has printed so far, as the app said it. */
    printed: (): string => running?.lines().map(saidIn).join('\n') ?? '',
  }
}
