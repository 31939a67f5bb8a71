/*
 * What other software puts into an environment and what looks like settings of this program. Names that begin with no
 * prefix of ours, such as AZURE_TENANT_ID, WEBSITE_SITE_NAME, FUNCTIONS_WORKER_RUNTIME, GITHUB_SHA or npm_config_cache,
 * are nobody's business here and need no entry.
 */

interface OtherName {
  readonly name: RegExp
  readonly reason: string
}

export const otherNames: readonly OtherName[] = [
  {
    name: /_SERVICE_(?:HOST|PORT(?:_\w+)?)$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:ADDR|PORT|PROTO))?$/,
    reason:
      'Kubernetes and links of Docker describe a service named `redis`, `forms` … to every container beside it',
  },
  {
    name: /^MSSQL_(?:SA_PASSWORD|PID|COLLATION|LCID|TCP_PORT|RPC_PORT|IP_ADDRESS|MEMORY_LIMIT_MB|AGENT_ENABLED|ENABLE_HADR|(?:BACKUP|DATA|LOG|DUMP)_DIR|MASTER_(?:DATA|LOG)_FILE|ERROR_LOG_FILE)$/,
    reason: 'the image of SQL Server, where one file of variables serves several containers',
  },
  { name: /^CLAMAV_NO_\w+$/, reason: 'the image of ClamAV, likewise' },
  {
    name: /^AUTH_(?:SECRET(?:_\d)?|URL|TRUST_HOST|REDIRECT_PROXY_URL|DEBUG|[A-Z0-9]+_(?:ID|SECRET|ISSUER))$/,
    reason: 'Auth.js, where a Next.js front end shares the file of variables',
  },
  { name: /^SESSION_MANAGER$/, reason: 'the desktop: X11 session management' },
  { name: /^PASSWORD_STORE_\w+$/, reason: 'pass, the password manager of the command line' },
]

interface OtherValue extends OtherName {
  readonly value: RegExp
}

/** Where the name is a setting of ours too, the value tells. It is then as good as unset. */
export const otherValues: readonly OtherValue[] = [
  {
    name: /_PORT$/,
    value: /^(?:tcp|udp|sctp):\/\//,
    reason: 'Kubernetes and links of Docker: CLAMAV_PORT=tcp://10.0.0.11:3310 for a service named `clamav`',
  },
  {
    name: /_NAME$/,
    value: /^\/[\w.-]+\/[\w.-]+$/,
    reason: 'links of Docker: REDIS_NAME=/api/redis',
  },
  { name: /^MAIL$/, value: /^\//, reason: 'login shells name the mailbox of the user: MAIL=/var/mail/ann' },
]

export const isOtherName = (name: string): boolean => otherNames.some((other) => other.name.test(name))

export const isOtherValue = (name: string, text: string): boolean =>
  otherValues.some((other) => other.name.test(name) && other.value.test(text))
