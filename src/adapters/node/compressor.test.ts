import { compressorContract } from '../../../test/contracts/compressor.contract.ts'
import { createNodeCompressor } from './compressor.ts'

compressorContract('Node', createNodeCompressor)
