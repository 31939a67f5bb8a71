import type { Page, Stored } from '../../ports/documents.ts'

/** Every document of a walk, page by page. What the caller removes on its way is not missed. */
export async function* walk<T>(
  readPage: (after: { readonly after?: string }) => Promise<Page<T>>,
): AsyncGenerator<Stored<T>> {
  let after: string | undefined
  do {
    const page = await readPage(after === undefined ? {} : { after })
    yield* page.items
    after = page.next
  } while (after !== undefined)
}
