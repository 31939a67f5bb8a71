import { documentsContract } from '../../../test/contracts/documents.contract.ts'
import { createMemoryDocuments } from './documents.ts'

documentsContract('memory', async ({ clock }) => ({ documents: createMemoryDocuments({ clock }) }))
