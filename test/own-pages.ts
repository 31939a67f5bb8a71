import { mailedPages, ownPagesPath } from '../src/core/platform/mail/mailed-pages.model.ts'
import { consolePage } from '../src/routes/built-page.ts'

/** Where this API has pages of its own for what mails lead to. */
export const ownPages = Object.values(mailedPages).flatMap(({ ours }) =>
  ours === null ? [] : [`${ownPagesPath}/${ours}`],
)

/** The script that one of them brings: the same for everybody. */
export const ownPageScript = `${ownPagesPath}/passkey.js`

/** Addresses in mails to staff, each of which leads to a place of the console. */
export const consolePlaces = consolePage.places.flatMap((place) => [
  `/console/${place}`,
  `/console/${place}/:id{[\\w.-]{1,64}}`,
])

/** Where a device leads that was told something. */
export const openedPushes = '/open/:opaque{[\\w-]{1,128}}'
