import { hasherContract } from '../../../test/contracts/hasher.contract.ts'
import { clockContract, deferContract, idsContract } from '../../../test/contracts/small-ports.contract.ts'
import { systemClock } from '../system/clock.ts'
import { systemIds } from '../system/ids.ts'
import { createManualClock } from './clock.ts'
import { createInProcessDefer } from './defer.ts'
import { createMemoryHasher } from './hasher.ts'
import { createSequentialIds } from './ids.ts'
import { createMemoryLog } from './log.ts'

clockContract('manual', createManualClock())
clockContract('system', systemClock)
idsContract('sequential', createSequentialIds())
idsContract('system', systemIds)
hasherContract('memory', () => ({ hasher: createMemoryHasher(), isWeak: true }))
deferContract(
  'in process',
  (log) => {
    const defer = createInProcessDefer({ log })
    return { defer, settled: defer.settled }
  },
  createMemoryLog,
)
