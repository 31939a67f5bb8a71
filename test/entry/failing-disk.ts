import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/*
 * Loaded before a program. When the file that `DISK_FAILS_AT` names is there, the next flush of a log fails, and the file goes away:
 * a disk says it once, and afterwards that all is well.
 */

const sign = process.env['DISK_FAILS_AT'] ?? ''
const { fdatasync } = fs
const failing: typeof fdatasync = Object.assign(
  (file: number, tell: fs.NoParamCallback) => {
    if (!fs.existsSync(sign)) return fdatasync(file, tell)
    fs.unlinkSync(sign)
    setImmediate(tell, Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }))
  },
  { __promisify__: fdatasync.__promisify__ },
)
fs.fdatasync = failing
syncBuiltinESMExports()
