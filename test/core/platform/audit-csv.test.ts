import { expect, test } from 'vitest'
import { createTestApp, origin } from '../../app.ts'
import { staffMember } from '../learning/course-people.ts'

const path = '/api/v1/admin/audit/csv'

test('a page of the audit log is a table, and names the next page', async () => {
  const testApp = await createTestApp()
  const admin = await staffMember(testApp, 'Root', 'admin')
  for (let i = 0; i < 5; i++) await admin.call('GET', path)
  const rows: string[] = []
  let next: string | undefined = `${path}?event=audit.read&limit=2`
  let pages = 0
  while (next !== undefined && pages++ < 10) {
    const answer = await admin.call('GET', next)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="audit.csv"')
    const [head, ...lines] = (answer.body as string).trim().split('\r\n')
    expect(head).toMatch(/^\uFEFF?createdAt,event,outcome,/)
    rows.push(...lines)
    next = /<([^>]*)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]?.replace(origin, '')
  }
  expect(rows.length).toBeGreaterThanOrEqual(5)
  for (const row of rows) expect(row).toContain('audit.read')
  expect(new Set(rows).size).toBe(rows.length)
  // Each page is a look of its own.
  const looks = testApp.auditRecords.filter(({ eventType }) => eventType === 'audit.read')
  expect(looks.length).toBe(5 + pages)
})

test('a bad cursor is refused, and only administrators get a table', async () => {
  const testApp = await createTestApp()
  const admin = await staffMember(testApp, 'Root', 'admin')
  const refused = await admin.call('GET', `${path}?cursor=nonsense`)
  expect([refused.status, refused.body.error.code]).toEqual([400, 'validation_error'])
  const mentor = await staffMember(testApp, 'Mia', 'mentor')
  expect((await mentor.call('GET', path)).status).toBe(403)
})
