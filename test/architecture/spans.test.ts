import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { filesBelow } from '../docs/pages.ts'

/*
 * A span that a process remembers is compared with `isRecent` or `stillLasts`: by a plain comparison it lasts a day too long once the
 * clock has been put back by a day, and with it a limit, a memory of who may read, or the rest of a cache that was down for a second.
 */

/** `clock.now() - at < span`, in any of its spellings. */
const measuresSpan = /(?<!performance\.)\bnow(?:\(\)|Ms)?\s*-\s*[^<>=\n]{1,80}?\s(?:<|>)=?\s/
/** `until > clock.now()`, where `until` is a moment that this process, or a cache, was given by itself. */
const looksAhead =
  /\b\w*(?:[uU]ntil|restsUntil|refreshAt|tiredAt)(?:Ms|At)?\b\)?\s*(?:>|<)=?\s*(?:\w+\.)?now\b|\bnow(?:\(\))?\s*(?:>|<)=?\s*[\w.]*(?:[uU]ntil|refreshAt|tiredAt)(?:Ms)?\b/

/** Moments that are stored with what they belong to, so that every process sees the same; by file, with what they are. */
const stored: Readonly<Record<string, string>> = {
  'src/ports/clock.ts': 'the comparisons themselves',
  'src/core/files/avatars.ts': 'a blob that nobody shows, looked for by a job',
  'src/core/files/sweep-files.ts': 'tasks on files, looked at by a job',
  'src/core/forms/forms.ts': 'a file that is bound to a form, looked at by a job',
  'src/core/forms/submit-form.ts': 'the form that was sent before this one',
  'src/core/accounts/users/sweep-unclaimed-users.ts': 'an account, looked at by a job',
  'src/core/messaging/reports/report-jobs.ts': 'a report, looked at by a job',
  'src/adapters/filesystem/blob-bytes.ts': 'a file on the disk, looked at by a job',
  'src/core/accounts/auth/may-continue.ts': 'the end of a session',
  'src/core/accounts/users/administrators.ts': 'the hold of a change of an administrator',
  'src/core/accounts/users/let-go.ts': 'an address that is reserved',
  'src/core/accounts/users/sweep-reserved-addresses.ts': 'the same, looked at by a job',
  'src/core/learning/imports/run-imports.ts': 'a lease that every process honors',
  'src/core/privacy/erasure/erase-account.ts': 'the same',
  'src/core/privacy/exports/export-data.ts': 'the same',
  'src/adapters/memory/mail-queue.ts': 'the same',
  'src/adapters/cosmos/lease.ts': 'the same',
  'src/core/messaging/chat/announcer.ts': 'an intent that is stored',
  'src/adapters/filesystem/secrets.ts': 'since when a key is used',
  'src/core/platform/health/watch-jobs.ts': 'brought back to now where it is ahead',
  'src/adapters/memory/cache.ts': 'brought back to its span where it is ahead',
}

const sources = ['src', 'entry']
  .flatMap((folder) => filesBelow(folder, '.ts'))
  .filter((file) => !file.endsWith('.test.ts') && !file.startsWith('src/client/'))

const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => measuresSpan.test(line) || looksAhead.test(line))

describe('spans of time', () => {
  test('are found in every spelling', () => {
    for (const line of [
      'if (clock.now() - loadedAt >= reloadAfterMs) await load()',
      'return now - known.atMs < headFreshMs',
      'clock.now() - Date.parse(rotatedAt) <= settings.refreshGraceSeconds * 1000',
      'if (clock.now() < restsUntil)',
      'return entry.until > clock.now()',
      'if ((unblockedUntil.get(pair) ?? 0) > clock.now()) return false'.replace('.get(pair) ?? 0)', ')'),
      'if (clock.now() >= entry.refreshAt) {',
      'while (clock.now() <= tiredAt) {',
    ])
      expect(measuresSpan.test(line) || looksAhead.test(line), line).toBe(true)
  })

  test('are compared so that a clock that was put back ends them', () => {
    expect(sources.length).toBeGreaterThan(300)
    const found = sources
      .filter((file) => !(file in stored))
      .flatMap((file) => linesOf(file).map((line) => `${file}: ${line.trim()}`))
    expect(found).toEqual([])
  })
})
