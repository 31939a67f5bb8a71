import { join } from 'node:path'
import ts from 'typescript'

/*
 * What the client's types need to know of the server, as one file that names nothing of it: every operation with its input
 * and answers, and every event, written out.
 */

/** What is said to a person is a text by the time it is sent: `told` in src/http/language.ts. */
function asSent(operations: ts.TypeNode): string {
  const from = operations.getStart()
  const said: ts.TypeNode[] = []
  const visit = (node: ts.Node): void => {
    const isSaid =
      ts.isPropertySignature(node) &&
      node.name.getText() === 'message' &&
      node.type?.getText().includes('kernel/messages/said.ts')
    if (isSaid && node.type) said.push(node.type)
    else ts.forEachChild(node, visit)
  }
  visit(operations)
  return said.reduceRight(
    (text, type) => `${text.slice(0, type.getStart() - from)}string${text.slice(type.end - from)}`,
    operations.getText(),
  )
}

/** The operations, as the compiler wrote them out in the declaration of the app. */
function schemaIn(declaration: string): string {
  const file = ts.createSourceFile('create-app.d.ts', declaration, ts.ScriptTarget.ESNext, true)
  let found: ts.TypeNode | undefined
  const visit = (node: ts.Node): void => {
    if (ts.isTypeReferenceNode(node) && node.typeName.getText() === 'OpenAPIHono')
      found ??= node.typeArguments?.[1]
    else ts.forEachChild(node, visit)
  }
  visit(file)
  if (found === undefined) throw new Error('The declaration of the app names no operations.')
  return asSent(found)
}

const isSaid = (node: ts.TypeNode): boolean =>
  ts.isImportTypeNode(node) && node.argument.getText().endsWith('kernel/messages/said.ts"')

/** What is said to people becomes a text where it is written down, in the language of whoever reads it. */
function asWritten(schema: string): string {
  const file = ts.createSourceFile('schema.d.ts', `type S = ${schema}`, ts.ScriptTarget.ESNext, true)
  const found: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    const parts = ts.isUnionTypeNode(node) ? node.types : ts.isTypeNode(node) ? [node] : []
    if (parts.some(isSaid)) found.push(node)
    else ts.forEachChild(node, visit)
  }
  visit(file)
  return found
    .reduceRight((text, node) => `${text.slice(0, node.getStart())}string${text.slice(node.end)}`, file.text)
    .slice('type S = '.length)
}

/** A type of a source file, written out. */
function writtenOut(path: string, name: string): string {
  const program = ts.createProgram([path], {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  })
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(path)
  const module = source && checker.getSymbolAtLocation(source)
  const symbol = module && checker.getExportsOfModule(module).find((each) => each.name === name)
  if (!symbol) throw new Error(`${path} exports no ${name}.`)
  const { NoTruncation, InTypeAlias, UseSingleQuotesForStringLiteralType } = ts.TypeFormatFlags
  const flags = NoTruncation | InTypeAlias | UseSingleQuotesForStringLiteralType
  return checker.typeToString(checker.getDeclaredTypeOfSymbol(symbol), undefined, flags)
}

/** `appDeclaration`: what the compiler wrote for `src/app/create-app.ts`. */
export function describeContract(root: string, appDeclaration: string): string {
  const schema = asWritten(schemaIn(appDeclaration)).replaceAll(/^\s+/gm, '')
  const event = writtenOut(join(root, 'src/core/messaging/chat/events.ts'), 'ChatEvent')
  const contract = `import type { Hono } from 'hono'

/** Every operation of the API: its input, and what it may answer. */
export type Operations = ${schema}

export type App = Hono<Record<never, never>, Operations, '/'>

/** Whatever a device may receive. */
export type ChatEvent = ${event}
`
  const foreign = /import\("(?!hono\/)[^"]*"\)/.exec(contract)?.[0]
  if (foreign) throw new Error(`The contract of the client names something of the server: ${foreign}`)
  return contract
}
