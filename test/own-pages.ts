import { mailedPages, ownPagesPath } from '../src/core/platform/mail/mailed-pages.model.ts'

/** Where this API has pages of its own for what mails lead to. */
export const ownPages = Object.values(mailedPages).flatMap(({ ours }) =>
  ours === null ? [] : [`${ownPagesPath}/${ours}`],
)
