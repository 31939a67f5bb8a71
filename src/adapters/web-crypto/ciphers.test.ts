import { describeCiphers } from '../../../test/contracts/ciphers.contract.ts'
import { createWebCiphers } from './ciphers.ts'

describeCiphers('web-crypto', createWebCiphers)
