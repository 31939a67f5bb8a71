import { globSync, readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

/*
 * What somebody asks for in a session changes accounts by `changeAs`, which compares the security epoch in the write.
 * `changeUser` and `changeAddress` are for what no session asks for.
 */

const root = resolve(import.meta.dirname, '../..')
const forNoSession = new Set(['changeUser', 'changeAddress'])

function isGivenAnActor(node: ts.Node): boolean {
  if (!ts.isFunctionLike(node)) return false
  return node.parameters.some(({ type }) => type?.getText() === 'Actor')
}

function unguardedWrites(source: ts.SourceFile): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const { expression } = node
      const name = ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText()
      let around: ts.Node | undefined = node
      while (around && !isGivenAnActor(around)) around = around.parent
      if (forNoSession.has(name) && around) found.push(node.getText().split('\n')[0] ?? '')
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

const parse = (name: string, text: string) =>
  ts.createSourceFile(name, text, ts.ScriptTarget.Latest, /* setParentNodes */ true)

test('no use case of a session changes an account without saying which session', () => {
  const files = globSync('src/core/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
  expect(files.length).toBeGreaterThan(100)
  const found = files.flatMap((file) =>
    unguardedWrites(parse(file, readFileSync(resolve(root, file), 'utf8'))).map(
      (call) => `${relative(root, file)}: ${call}`,
    ),
  )
  // The three that carry it out.
  expect(found.filter((line) => !/users\/(?:users|change-as)\.ts: /.test(line))).toEqual([])
})

test('and one that did would be found', () => {
  const use = (call: string) => `const create = (users) => async (actor: Actor) => { await ${call} }`
  const writesOf = (call: string) => unguardedWrites(parse('x.ts', use(call)))
  expect(writesOf('users.changeUser(actor.userId, (user) => user)')).toHaveLength(1)
  expect(writesOf('users.changeAddress(actor.userId, email, 0, (user) => user)')).toHaveLength(1)
  expect(writesOf('users.changeAs(actor, actor.userId, (user) => user)')).toEqual([])
})
