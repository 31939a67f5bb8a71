import { v7 } from 'uuid'
import type { Ids } from '../../ports/ids.ts'
import { randomBytes } from '../../ports/random-bytes.ts'

let msecs = 0
let seq = 0

/** UUIDs of version 7, in the order in which this process made them: within a millisecond they count up. */
export const systemIds: Ids = {
  next() {
    const random = randomBytes(16)
    const now = Date.now()
    if (now > msecs) {
      msecs = now
      // Half of the range is left to count up in.
      seq = new DataView(random.buffer).getUint32(0) >>> 1
    } else seq++
    return v7({ random, msecs, seq })
  },
}
