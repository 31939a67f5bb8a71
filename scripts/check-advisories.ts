import { execFile } from 'node:child_process'
import { resolve } from 'node:path'

/*
 * What is known about the versions in package-lock.json. Serious things about what is deployed are failures; the rest is said.
 * A registry that does not answer this question (mirrors often do not) is no failure, but is said too: nothing was checked.
 */

const root = resolve(import.meta.dirname, '..')

/** Nothing helps yet, and something else keeps it away. Taken for so long and no longer. */
export interface Accepted {
  /** As the advisory is found, such as https://github.com/advisories/GHSA-…. */
  readonly url: string
  readonly why: string
  /** A day, `YYYY-MM-DD`. */
  readonly until: string
}

const accepted: readonly Accepted[] = []

const serious = ['high', 'critical']

interface Advisory {
  readonly title: string
  readonly url: string
  readonly severity: string
}

interface Report {
  readonly auditReportVersion?: number
  readonly message?: string
  readonly error?: { readonly summary?: string; readonly code?: string }
  readonly vulnerabilities?: Readonly<
    Record<string, { readonly name: string; readonly via: readonly (Advisory | string)[] }>
  >
}

/** `npm audit` ends with a code for what it found and for what it could not ask alike: its report tells them apart. */
const audit = (options: readonly string[]): Promise<Report> =>
  new Promise((resolve) => {
    execFile(
      'npm',
      ['audit', '--json', '--fetch-retries=1', ...options],
      { cwd: root, maxBuffer: 64 * 2 ** 20, timeout: 120_000 },
      (_, stdout, stderr) => {
        try {
          resolve(JSON.parse(stdout) as Report)
        } catch {
          resolve({ message: stderr.trim().split('\n')[0] || 'npm audit printed nothing' })
        }
      },
    )
  })

const advisoriesOf = ({ vulnerabilities = {} }: Report) =>
  Object.values(vulnerabilities).flatMap(({ name, via }) =>
    via.filter((each) => typeof each === 'object').map((advisory) => ({ name, ...advisory })),
  )

/** Lines for a person, and whether they are a failure. `options` go to `npm audit`; `today` is `YYYY-MM-DD`. */
export async function checkAdvisories(
  today: string,
  options: readonly string[] = [],
  taken: readonly Accepted[] = accepted,
): Promise<{ readonly isFailure: boolean; readonly lines: readonly string[] }> {
  const deployed = await audit(['--omit=dev', ...options])
  if (deployed.auditReportVersion === undefined) {
    const reason =
      deployed.message || deployed.error?.summary || deployed.error?.code || 'no reason was given'
    return {
      isFailure: false,
      lines: [`Advisories were NOT checked, the registry did not answer: ${reason}`],
    }
  }
  const isTaken = (url: string) => taken.some((one) => one.url === url && today <= one.until)
  const found = advisoriesOf(deployed)
  const failing = found.filter(({ severity, url }) => serious.includes(severity) && !isTaken(url))
  const known = new Set(found.map(({ url }) => url))
  const others = advisoriesOf(await audit(options)).filter(({ url }) => !known.has(url))
  const lineOf = ({ name, severity, title, url }: Advisory & { name: string }) =>
    `${severity}: ${name}: ${title} (${url})`
  return {
    isFailure: failing.length > 0,
    lines: [
      `Advisories: ${found.length} about what is deployed, ${failing.length} of them to be dealt with now; ${others.length} about tools.`,
      ...found.map(lineOf),
      ...others.map((each) => `tools: ${lineOf(each)}`),
    ],
  }
}

if (import.meta.main) {
  const { isFailure, lines } = await checkAdvisories(new Date().toISOString().slice(0, 10))
  for (const line of lines) console.log(line)
  process.exitCode = isFailure ? 1 : 0
}
