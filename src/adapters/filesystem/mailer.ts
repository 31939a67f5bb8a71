import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../ports/clock.ts'
import { checkAddress, type KeptMail, type Mailbox, type Mailer } from '../../ports/mailer.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'

/** Keeps the last messages as files, so that they are still there when a server under development starts again. */
export function createFilesystemMailer({
  directory,
  clock,
  keep = 500,
}: {
  readonly directory: string
  readonly clock: Clock
  readonly keep?: number
}): Mailer & Mailbox {
  const folder = join(directory, 'mailbox')
  /** Oldest first: a name begins with the time. */
  const names = async (): Promise<readonly string[]> =>
    (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()

  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      return await work()
    } catch (cause) {
      throw new PortUnavailable('mailer', { cause })
    }
  }

  return {
    async send(message) {
      checkAddress(message.to)
      await guarded(async () => {
        const sentAt = new Date(clock.now()).toISOString()
        const path = join(folder, `${sentAt.replaceAll(':', '')}-${message.id}.json`)
        await writeFile(`${path}.new`, JSON.stringify({ ...message, sentAt }), { mode: 0o600 })
        await rename(`${path}.new`, path)
        const known = await names()
        const gone = known.slice(0, Math.max(0, known.length - keep))
        await Promise.all(gone.map((name) => rm(join(folder, name), { force: true })))
      })
    },
    messages: () =>
      guarded(async () => {
        const texts = (await names()).toReversed().map((name) => readFile(join(folder, name), 'utf8'))
        // Those from before there were such mails have none.
        return (await Promise.all(texts)).map(
          (text) => ({ unsubscribe: null, ...JSON.parse(text) }) as KeptMail,
        )
      }),
    forget: (to) =>
      guarded(async () => {
        for (const name of await names()) {
          const message = JSON.parse(await readFile(join(folder, name), 'utf8')) as KeptMail
          if (message.to === to) await rm(join(folder, name), { force: true })
        }
      }),
  }
}
