import { writeFile } from 'node:fs/promises'
import { currentDocument } from './api-reference/document.ts'
import { postmanCollection } from './postman/collection.ts'

/** docs/postman-collection.json, from the description that the app serves at /api/openapi.json. */
export const describeCollection = async (): Promise<string> =>
  `${JSON.stringify(postmanCollection(await currentDocument()), null, 1)}\n`

if (import.meta.main)
  await writeFile(new URL('../docs/postman-collection.json', import.meta.url), await describeCollection())
