interface WatchedJob {
  readonly name: string
  /** Without it somebody has to look. */
  readonly withinSeconds: number
}

/** Every job that runs in Azure, and how often in seconds; a test compares them with the app. */
export const everySeconds: Readonly<Record<string, number>> = {
  'anchor-audit': 3600,
  'announce-what-was-left': 5,
  'complete-lists': 60,
  'complete-places': 60,
  'decide-mail': 15,
  'erase-accounts': 60,
  'erase-forms-past-retention': 86_400,
  'escalate-overdue-forms': 300,
  'forget-sent-mail': 86_400,
  'plan-summaries': 60,
  'prepare-exports': 60,
  'remove-old-exports': 3600,
  'remove-reports-past-retention': 86_400,
  'renew-form-keys': 3600,
  'renew-report-keys': 3600,
  'run-imports': 60,
  'send-mail': 15,
  'send-push': 30,
  'send-summaries': 60,
  'sweep-files': 300,
  'sweep-reserved-addresses': 3600,
  'sweep-unclaimed-users': 3600,
  'sync-staff-directory': 86_400,
  'tell-of-quarantine': 3600,
  'verify-audit': 3600,
  'watch-forms': 300,
  'watch-keys': 3600,
  'watch-mail': 300,
  'watch-reports': 3600,
}

/** Twice its time, of what runs each day a quarter more, and ten minutes for a slow run or a new process. */
const withinSeconds = (every: number): number => Math.min(2 * every, every + 6 * 3_600) + 600

const watched: readonly WatchedJob[] = Object.entries(everySeconds).map(([name, every]) => ({
  name,
  withinSeconds: withinSeconds(every),
}))

const isOften = ({ name }: WatchedJob): boolean => (everySeconds[name] ?? 0) <= 300

/** What people wait for. */
export const oftenRun = watched.filter(isOften)
export const seldomRun = watched.filter((job) => !isOften(job))
