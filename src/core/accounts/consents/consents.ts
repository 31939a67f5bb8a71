import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { emptyFace } from '../../kernel/domain.ts'
import { validationError } from '../../kernel/errors.ts'
import { type CursorPage, type CursorQuery, pageOf, refusingBadCursors } from '../../kernel/paging.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { consentTexts } from './consent-texts.ts'
import { consentTranslations } from './consent-translations.ts'
import { type ConsentText, type ConsentView, consents, type Decide } from './consents.model.ts'
import { createConsentsPersonalData } from './personal-data.ts'

/** What people were asked, and what they said. */
export function createConsents(
  { clock, documents, ids }: Needs<'clock' | 'documents' | 'ids'>,
  { audit }: { readonly audit: Recording },
) {
  return {
    ...emptyFace,
    personalData: createConsentsPersonalData({ documents }),
    /** The version of each text that is in force, with its translations. */
    current: (): readonly ConsentText[] =>
      consentTexts
        .filter(
          (text, index) => consentTexts.findIndex(({ document }) => document === text.document) === index,
        )
        .map((text) => {
          const es = consentTranslations[`${text.document} ${text.version}`]
          return { ...text, translations: es ? { es } : {} }
        }),

    /** Any version that was ever shown can be agreed to or taken back. */
    async decide(actor: Actor, { document, version, given }: Decide, caller: Caller): Promise<ConsentView> {
      if (!consentTexts.some((text) => text.document === document && text.version === version))
        throw validationError([
          { path: 'version', code: 'unknown_version', message: 'Must be a version that was shown.' },
        ])
      const view: ConsentView = {
        id: ids.next(),
        document,
        version,
        decision: given ? 'given' : 'withdrawn',
        decidedAt: new Date(clock.now()).toISOString(),
      }
      await documents.insert(consents, { ...view, userId: actor.userId })
      await audit.record(caller, {
        event: given ? 'consent.given' : 'consent.withdrawn',
        actorId: actor.userId,
        sessionId: actor.sessionId,
        resource: { type: 'user', id: actor.userId },
        reason: `${document} ${version}`,
      })
      return view
    },

    /** Newest first. */
    async list(actor: Actor, { cursor, limit }: CursorQuery): Promise<CursorPage<ConsentView>> {
      const { items, next } = await refusingBadCursors(() =>
        documents.query(consents, {
          path: 'byTime',
          partition: actor.userId,
          equals: {},
          direction: 'desc',
          limit,
          ...(cursor === undefined ? {} : { after: cursor }),
        }),
      )
      return pageOf(
        items.map(({ value: { userId: _, ...view } }) => view),
        next,
      )
    },
  }
}

export type Consents = ReturnType<typeof createConsents>

export const consentsDomain = { collections: [consents], create: createConsents }
