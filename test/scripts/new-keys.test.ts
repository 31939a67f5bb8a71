import { describe, expect, test } from 'vitest'
import { newKeys } from '../../scripts/new-keys.ts'
import { readConfig, settings } from '../../src/config/config.ts'

describe('npm run keys:new', () => {
  const nowMs = Date.parse('2026-01-01T00:00:00.000Z')
  const day = 24 * 60 * 60_000
  const parse = (lines: readonly string[]): Record<string, string> =>
    Object.fromEntries(
      lines.map((line) => [
        line.split('=', 1)[0] ?? '',
        line.slice(line.indexOf('=') + 1).replace(/^'(.*)'$/, '$1'),
      ]),
    )
  const make = async (environment: Record<string, string>, replacesMaster = false, at = nowMs) =>
    parse(await newKeys(environment, { replacesMaster, nowMs: at }))
  const keysOf = (environment: Record<string, string>) =>
    settings.AUTH_SIGNING_KEYS.schema.parse(environment['AUTH_SIGNING_KEYS'])

  test('makes what production asks for', async () => {
    const made = await make({})
    expect(Object.keys(made)).toEqual(['AUTH_MASTER_KEY', 'AUTH_SIGNING_KEYS', 'AUDIT_KEYS', 'PUSH_KEYS'])
    const { secrets } = readConfig({
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://api.example.org',
      MAIL_FROM: 'no-reply@example.org',
      SMTP_HOST: 'smtp.example.org',
      ...made,
    })
    expect(secrets['signing-keys']).toHaveLength(1)
    expect(secrets['audit-keys']).toHaveLength(1)
  })

  test('adds a successor that is used an hour later, and keeps the predecessor', async () => {
    const first = await make({})
    const second = await make(first, false, nowMs + 90 * day)
    expect(second).not.toHaveProperty('AUDIT_KEYS')
    const [successor, predecessor] = keysOf(second)
    expect(predecessor).toEqual(keysOf(first)[0])
    expect(successor?.activeFrom).toBe('2026-04-01T01:00:00.000Z')
    const third = await make(second, false, nowMs + 180 * day)
    expect(keysOf(third).slice(1)).toEqual([successor])
  })

  test('replaces the master key only when asked to', async () => {
    const first = await make({})
    const second = await make(first, true)
    expect(second['AUTH_MASTER_KEY_PREVIOUS']).toBe(first['AUTH_MASTER_KEY'])
    expect(second['AUTH_MASTER_KEY']).not.toBe(first['AUTH_MASTER_KEY'])
  })

  test('keeps every key of the audit log, and the one that the master key was until then', async () => {
    const before = { AUTH_MASTER_KEY: (await make({}))['AUTH_MASTER_KEY'] ?? '' }
    const first = await make(before)
    const keysOfAudit = (text = '') => settings.AUDIT_KEYS.schema.parse(text)
    const [own, master] = keysOfAudit(first['AUDIT_KEYS'])
    expect(master?.value).toBe(before.AUTH_MASTER_KEY)
    const audit = first['AUDIT_KEYS'] ?? ''
    expect(await make({ ...before, AUDIT_KEYS: audit })).not.toHaveProperty('AUDIT_KEYS')
    const lines = await newKeys(
      { ...before, AUDIT_KEYS: audit },
      { replacesMaster: true, replacesAudit: true, nowMs: nowMs + day },
    )
    const [next, ...kept] = keysOfAudit(parse(lines)['AUDIT_KEYS'])
    expect(kept).toEqual([own, master])
    expect(next?.activeFrom).toBe('2026-01-02T00:00:00.000Z')
  })

  test('never shows what it cannot read', async () => {
    await expect(make({ AUDIT_KEYS: 'marker' })).rejects.toThrow(/^AUDIT_KEYS is set and cannot be read$/)
    await expect(make({ AUTH_SIGNING_KEYS: 'marker' })).rejects.toThrow(
      /^AUTH_SIGNING_KEYS is set and cannot be read$/,
    )
  })
})
