import { isAbsolute, join, relative } from 'node:path'
import ts from 'typescript'

/*
 * Finds what runs when nobody waits for it, listeners, timers and loose promises, and says whether what it throws can get out.
 * It reads code, so it believes: what stands in a `try` with a `catch`, a promise with a `catch`, and calls of which it is known
 * that they throw nothing. It follows a call into the function that is called, as far as that is the project's own.
 */

export interface Loose {
  /** From the root, with slashes. */
  readonly file: string
  readonly line: number
  /** The first line of it. */
  readonly code: string
}

const listening = new Set([
  'on',
  'once',
  'addListener',
  'prependListener',
  'prependOnceListener',
  'addEventListener',
])
const timers = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'nextTick'])

/** By the name of what is called: of timers, sockets, collections, promises and logs, none throws for what it is given. */
const harmless = new Set([
  ...[
    'clearTimeout',
    'clearInterval',
    'unref',
    'setTimeout',
    'setImmediate',
    'setInterval',
    'queueMicrotask',
  ],
  ...['resolve', 'reject', 'abort', 'Error', 'DOMException'],
  ...['destroy', 'terminate', 'cork', 'uncork', 'closeAllConnections', 'closeIdleConnections'],
  ...[
    'get',
    'has',
    'add',
    'set',
    'delete',
    'clear',
    'push',
    'values',
    'keys',
    'slice',
    'trim',
    'toString',
    'String',
    'Number',
  ],
  ...['includes', 'exit', 'write'],
])
/** Ports that keep whatever goes wrong to themselves. */
const quietPorts = new Set(['Defer', 'InProcessDefer', 'Log'])

type FunctionLike = ts.ArrowFunction | ts.FunctionExpression | ts.FunctionDeclaration | ts.MethodDeclaration

const isFunction = (node: ts.Node): node is FunctionLike =>
  ts.isArrowFunction(node) ||
  ts.isFunctionExpression(node) ||
  ts.isFunctionDeclaration(node) ||
  ts.isMethodDeclaration(node)

const isAsync = (node: FunctionLike): boolean =>
  node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true

const withoutParentheses = (node: ts.Expression): ts.Expression =>
  ts.isParenthesizedExpression(node) ? withoutParentheses(node.expression) : node

function nameOf(callee: ts.Expression): string {
  if (ts.isIdentifier(callee)) return callee.text
  return ts.isPropertyAccessExpression(callee) ? callee.name.text : ''
}

export function createSweep(
  root: string,
  files: readonly string[],
  options: ts.CompilerOptions,
  host = ts.createCompilerHost(options),
) {
  const program = ts.createProgram({ rootNames: files, options, host })
  const checker = program.getTypeChecker()

  const isThenable = (node: ts.Expression): boolean => {
    const then = checker.getPropertyOfType(checker.getTypeAtLocation(node), 'then')
    return then !== undefined
  }

  const declarationOf = (node: ts.Node): ts.Declaration | undefined => {
    let symbol = checker.getSymbolAtLocation(node)
    if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol)
    return symbol?.valueDeclaration ?? symbol?.declarations?.[0]
  }

  /** The project's own function that a name stands for. */
  function functionOf(callee: ts.Expression): FunctionLike | undefined {
    const name = ts.isPropertyAccessExpression(callee) ? callee.name : callee
    const declaration = declarationOf(name)
    if (!declaration || declaration.getSourceFile().fileName.includes('/node_modules/')) return undefined
    if (isFunction(declaration)) return declaration
    const value =
      ts.isVariableDeclaration(declaration) || ts.isPropertyAssignment(declaration)
        ? declaration.initializer
        : undefined
    return value && isFunction(value) ? value : undefined
  }

  /** `resolve` and `reject` of a promise. */
  function isOfPromise(node: ts.Expression): boolean {
    if (ts.isPropertyAccessExpression(node))
      return node.name.text === 'resolve' || node.name.text === 'reject'
    const declaration = declarationOf(node)
    return (
      declaration !== undefined &&
      ts.isParameter(declaration) &&
      isFunction(declaration.parent) &&
      ts.isNewExpression(declaration.parent.parent) &&
      nameOf(declaration.parent.parent.expression) === 'Promise'
    )
  }

  const asked = new Map<FunctionLike, boolean>()
  /** Whether it lets nothing out: neither thrown nor, where it answers a promise, by that. */
  function isFloored(node: FunctionLike): boolean {
    const known = asked.get(node)
    if (known !== undefined) return known
    // Of one that calls itself: it is as good as the rest of it.
    asked.set(node, true)
    const { body } = node
    let answer = false
    if (body && ts.isBlock(body)) answer = body.statements.every(isHarmless)
    else if (body) answer = !isAsync(node) && isQuiet(body as ts.Expression)
    asked.set(node, answer)
    return answer
  }

  const isCallbackFloored = (callback: ts.Expression): boolean => {
    if (isFunction(callback)) return isFloored(callback)
    if (isOfPromise(callback) || harmless.has(nameOf(callback))) return true
    const own = functionOf(callback)
    return own !== undefined && isFloored(own)
  }

  function isHarmless(statement: ts.Statement): boolean {
    if (ts.isTryStatement(statement)) return statement.catchClause !== undefined
    if (ts.isBlock(statement)) return statement.statements.every(isHarmless)
    if (ts.isExpressionStatement(statement)) return isQuiet(statement.expression)
    if (ts.isReturnStatement(statement)) return !statement.expression || isQuiet(statement.expression)
    if (ts.isIfStatement(statement))
      return (
        isQuiet(statement.expression) &&
        isHarmless(statement.thenStatement) &&
        (!statement.elseStatement || isHarmless(statement.elseStatement))
      )
    if (ts.isForOfStatement(statement))
      return isQuiet(statement.expression) && isHarmless(statement.statement)
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.every(
        ({ initializer }) => !initializer || isFunction(initializer) || isQuiet(initializer),
      )
    return (
      ts.isFunctionDeclaration(statement) ||
      ts.isContinueStatement(statement) ||
      ts.isEmptyStatement(statement)
    )
  }

  /** Whether evaluating it throws nothing, and leaves no promise loose. */
  function isQuiet(expression: ts.Expression): boolean {
    const node = withoutParentheses(expression)
    if (isFunction(node)) return true
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) return isCallQuiet(node)
    if (ts.isAwaitExpression(node)) return false
    if (ts.isDeleteExpression(node) || ts.isTaggedTemplateExpression(node)) return false
    let isAllQuiet = true
    ts.forEachChild(node, (child) => {
      if (ts.isExpression(child) && !isQuiet(child)) isAllQuiet = false
      else if (ts.isPropertyAssignment(child) && !isQuiet(child.initializer)) isAllQuiet = false
      else if (ts.isSpreadAssignment(child) && !isQuiet(child.expression)) isAllQuiet = false
      else if (ts.isTemplateSpan(child) && !isQuiet(child.expression)) isAllQuiet = false
    })
    return isAllQuiet
  }

  /** A promise of which nothing comes out: caught, or of a function that catches everything. */
  function isCaught(node: ts.Expression): boolean {
    if (ts.isVoidExpression(node)) return isCaught(withoutParentheses(node.expression))
    if (!ts.isCallExpression(node)) return false
    const { expression: callee } = node
    if (ts.isPropertyAccessExpression(callee)) {
      const [first, second] = node.arguments
      if (callee.name.text === 'catch') return first !== undefined
      if (callee.name.text === 'then') return second !== undefined
      if (callee.name.text === 'finally') return isCaught(callee.expression)
    }
    const own = functionOf(callee)
    return own !== undefined && isAsync(own) && isFloored(own)
  }

  function isCallQuiet(node: ts.CallExpression | ts.NewExpression): boolean {
    if (ts.isCallExpression(node) && isThenable(node)) return isCaught(node)
    if (!(node.arguments ?? []).every((given) => isQuiet(given))) return false
    const { expression: callee } = node
    if (ts.isPropertyAccessExpression(callee) && !isQuiet(callee.expression)) return false
    if (harmless.has(nameOf(callee)) || isOfPromise(callee) || isOfQuietPort(callee) || isFloor(callee))
      return true
    const own = functionOf(callee)
    return own !== undefined && isFloored(own)
  }

  /** A floor that is handed over: by its type, which says that it is one. */
  const isFloor = (callee: ts.Expression): boolean =>
    checker.getTypeAtLocation(callee).aliasSymbol?.name === 'Floor'

  const isOfQuietPort = (callee: ts.Expression): boolean =>
    ts.isPropertyAccessExpression(callee) &&
    quietPorts.has(checker.getTypeAtLocation(callee.expression).symbol?.name ?? '')

  /** The function that somebody else will call, when this is a registration. */
  function callbackOf(node: ts.CallExpression): ts.Expression | undefined {
    const name = nameOf(node.expression)
    const isMethod = ts.isPropertyAccessExpression(node.expression)
    const [first, second] = node.arguments
    // Bare, it is that of the window.
    if ((isMethod && listening.has(name)) || name === 'addEventListener') {
      const isByName = first && checker.getTypeAtLocation(first).flags & ts.TypeFlags.StringLike
      const isUnion =
        first &&
        checker.getTypeAtLocation(first).isUnion() &&
        (checker.getTypeAtLocation(first) as ts.UnionType).types.every(
          ({ flags }) => flags & ts.TypeFlags.StringLike,
        )
      return isByName || isUnion ? second : undefined
    }
    // The timers of `node:timers/promises` answer a promise, which somebody awaits.
    if (!timers.has(name) || isThenable(node)) return undefined
    return [first, second].find(
      (given) => given && checker.getTypeAtLocation(given).getCallSignatures().length > 0,
    )
  }

  function looseIn(source: ts.SourceFile): Loose[] {
    const found: Loose[] = []
    const note = (node: ts.Node) => {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart())
      const [code = ''] = node.getText().split('\n')
      found.push({ file: relative(root, source.fileName).replaceAll('\\', '/'), line: line + 1, code })
    }
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) {
        const callback = callbackOf(node)
        if (callback && !isCallbackFloored(callback)) note(node)
      }
      if (
        ts.isBinaryExpression(node) &&
        node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
        ts.isPropertyAccessExpression(node.left) &&
        /^on[a-z]+$/.test(node.left.name.text) &&
        isFunction(node.right) &&
        !isFloored(node.right)
      )
        note(node)
      const loose =
        ts.isExpressionStatement(node) || ts.isVoidExpression(node)
          ? withoutParentheses(node.expression)
          : undefined
      if (loose && !ts.isAwaitExpression(loose) && !ts.isVoidExpression(loose)) {
        const isAssigned =
          ts.isBinaryExpression(loose) && loose.operatorToken.kind >= ts.SyntaxKind.FirstAssignment
        if (!isAssigned && isThenable(loose) && !isCaught(loose)) note(node)
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
    return found
  }

  return (): Loose[] =>
    program
      .getSourceFiles()
      .filter(({ fileName }) => files.includes(isAbsolute(fileName) ? fileName : join(root, fileName)))
      .flatMap(looseIn)
}
