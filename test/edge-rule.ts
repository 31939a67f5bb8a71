import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What an operator is told to cache at the edge: the expression of docs/edge.md. */
export function readEdgeRule(): RegExp {
  const text = readFileSync(join(import.meta.dirname, '../docs/edge.md'), 'utf8')
  const [, expression] = /```regex\n(.*)\n```/.exec(text) ?? []
  if (expression === undefined) throw new Error('docs/edge.md has no expression')
  return new RegExp(expression, 'u')
}
