import { compressorContract } from '../../../test/contracts/compressor.contract.ts'
import { createWebCompressor } from './compressor.ts'

compressorContract('Web streams', createWebCompressor)
