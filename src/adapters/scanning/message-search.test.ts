import { messageSearchContract } from '../../../test/contracts/message-search.contract.ts'
import { messages } from '../../core/messaging/chat/entries.model.ts'
import { createMemoryDocuments } from '../memory/documents.ts'
import { createScanningMessageSearch } from './message-search.ts'

messageSearchContract('scanning', async ({ clock }) => {
  const documents = createMemoryDocuments({ clock })
  return { documents, messageSearch: createScanningMessageSearch({ documents, messages }) }
})
