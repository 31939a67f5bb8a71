import { writeFile } from 'node:fs/promises'
import { describeEnvironment } from '../src/config.ts'

await writeFile(new URL('../.env.example', import.meta.url), describeEnvironment())
