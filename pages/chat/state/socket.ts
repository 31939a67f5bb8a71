import { createOpenSocket } from '../../../src/client/socket.ts'
import { hereOf } from '../../base/api/addresses.ts'

export const openSocket = createOpenSocket(hereOf)
