/** What is read of an issue of a schema, whatever its kind. */
export interface AnyIssue {
  readonly path: readonly PropertyKey[]
  readonly code?: string
  readonly message: string
  /** Of fields that nothing knows. */
  readonly keys?: readonly string[]
  /** Of a choice: what is wrong for each of its branches. */
  readonly errors?: readonly (readonly AnyIssue[])[]
}

const isUnknown = ({ code }: AnyIssue): boolean => code === 'unrecognized_keys'
const countKeys = (issues: readonly AnyIssue[]): number =>
  issues.reduce((sum, { keys = [] }) => sum + keys.length, 0)

/** Fields of the value itself that no branch knows. */
function unknownToAll(branches: readonly (readonly AnyIssue[])[]): readonly string[] {
  const [first = [], ...others] = branches.map((issues) =>
    issues.filter((issue) => isUnknown(issue) && issue.path.length === 0).flatMap(({ keys = [] }) => keys),
  )
  return first.filter((key) => others.every((keys) => keys.includes(key)))
}

function closest(issue: AnyIssue): readonly AnyIssue[] {
  const branches = (issue.errors ?? []).map(closestIssues)
  if (issue.code !== 'invalid_union' || branches.length === 0) return [issue]
  const [best] = branches
    .filter((issues) => issues.every(isUnknown))
    .sort((a, b) => countKeys(a) - countKeys(b))
  if (best) return best.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
  const keys = unknownToAll(branches)
  return keys.length === 0 ? [issue] : [issue, { ...issue, code: 'unrecognized_keys', keys }]
}

/**
 * The same issues with those of choices opened where a choice fails for nothing but fields that are unknown: they are the
 * ones of the branch that knows most of them. Of other choices it is added what no branch knows.
 */
export const closestIssues = (issues: readonly AnyIssue[]): readonly AnyIssue[] => issues.flatMap(closest)
