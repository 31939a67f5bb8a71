import { describeCiphers } from '../../../test/contracts/ciphers.contract.ts'
import { createNodeCiphers } from './ciphers.ts'

describeCiphers('node', createNodeCiphers)
