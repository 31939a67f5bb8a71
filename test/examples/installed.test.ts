import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mailedPages } from '../../src/core/platform/mail/mailed-pages.model.ts'
import { example, root } from './portal.ts'

/* What holds for the example as it lies here, whether or not it is installed. */

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'))
const hosted = json(join(example, 'staticwebapp.config.json')) as {
  routes: { route: string; rewrite?: string }[]
}

test('its lock file takes the client as it is packed, with what the client needs', () => {
  const locked = json(join(example, 'package-lock.json')).packages['node_modules/@tools-inc/client']
  const { version, dependencies, devDependencies } = json(join(root, 'package.json'))
  const known = { ...devDependencies, ...dependencies }
  // With one, only the file of one moment could be installed.
  expect(locked.integrity).toBeUndefined()
  expect(locked).toMatchObject({ version, resolved: 'file:../../dist/client.tgz' })
  for (const [name, wanted] of Object.entries(locked.dependencies)) expect(wanted).toBe(`^${known[name]}`)
})

test('every page that mails lead to with PORTAL_URL is there, and keeps what its link brings', () => {
  const paths = Object.values(mailedPages).flatMap(({ inPortal }) => (inPortal === null ? [] : [inPortal]))
  expect(paths.length).toBeGreaterThan(5)
  for (const path of paths) {
    expect(existsSync(join(example, 'app', path, 'page.tsx')), path).toBe(true)
    const route = path.startsWith('/admin/') ? `${path}/*` : path
    expect(hosted.routes).toContainEqual({ route, rewrite: `${path}/index.html` })
  }
})

test('what is rewritten is there', () => {
  for (const { rewrite } of hosted.routes)
    if (rewrite)
      expect(existsSync(join(example, 'app', rewrite.replace(/index\.html$/, 'page.tsx'))), rewrite).toBe(
        true,
      )
})

test('nothing of a person is kept by the browser: no page names localStorage, sessionStorage or the cookies', () => {
  for (const folder of ['app', 'components', 'lib'])
    for (const file of readdirSync(join(example, folder), { recursive: true, encoding: 'utf8' }))
      if (/\.tsx?$/.test(file))
        expect(readFileSync(join(example, folder, file), 'utf8'), file).not.toMatch(
          /localStorage|sessionStorage|document\.cookie/,
        )
})
