import { enableCompileCache } from 'node:module'

// Keeps what Node made of the TypeScript: from the second start on that is faster and takes 30 MB less.
enableCompileCache()
