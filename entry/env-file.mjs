import { existsSync } from 'node:fs'

// Node's own `--env-file-if-exists` says on each start that there is none, which is how it usually is.
if (existsSync('.env')) process.loadEnvFile('.env')
