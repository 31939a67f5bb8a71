import { html } from 'hono/html'
import type { Auth } from '../../core/accounts/auth/auth.ts'
import { LogIn } from '../../core/accounts/auth/passwords.model.ts'
import { LogInSecondFactor } from '../../core/accounts/auth/second-factors.model.ts'
import type { Forms } from '../../core/forms/forms.ts'
import type { Caller } from '../../core/kernel/actor.ts'
import { inLanguage } from '../../core/kernel/messages/said.ts'
import { mailedPages } from '../../core/platform/mail/mailed-pages.model.ts'
import type { DeletionView } from '../../core/privacy/erasure/erasure.model.ts'
import { Receipt } from '../../core/privacy/erasure/erasure.model.ts'
import type { Erasure } from '../../core/privacy/erasure/erasure.ts'
import type { Exports } from '../../core/privacy/exports/exports.ts'
import { callerWithDevice } from '../../http/cookies.ts'
import { languageOf } from '../../http/language.ts'
import {
  type Asked,
  type Fields,
  facts,
  form,
  input,
  type MailedPage,
  paragraph,
  type Shown,
  time,
} from './page.ts'

function shownDeletion({ c, words, token }: Asked, deletion: DeletionView): Shown {
  const language = languageOf(c)
  const said = words.accountDeletion
  const { state, requestedAt, eraseAfter, finishedAt, steps, kept } = deletion
  return {
    title: said.title,
    content: [
      paragraph(said[state]),
      facts([
        [said.asked, time(words, requestedAt)],
        finishedAt === null ? [said.due, time(words, eraseAfter)] : [said.finished, time(words, finishedAt)],
        ...(steps.done.length === 0
          ? []
          : [[said.steps, said.stepsOf(steps.done.length, steps.total)] as const]),
      ]),
      ...(kept.length === 0
        ? []
        : [
            html`<h2>${said.kept}</h2>`,
            html`<ul>${kept.map(({ what, rule, until }) => html`<li>${inLanguage(what, language)} ${inLanguage(rule, language)}${until === null ? '' : ` (${said.until} ${until.slice(0, 10)})`}</li>`)}</ul>`,
          ]),
      ...(state === 'scheduled' || state === 'on_hold' ? [form(token, said.button)] : []),
    ],
  }
}

export const deletionPage = (erasure: Erasure): MailedPage => ({
  path: mailedPages.accountDeletion.ours,
  hasToken: true,
  titleIn: (words) => words.accountDeletion.title,
  show: async (asked) => shownDeletion(asked, await erasure.read(Receipt.parse(asked.token))),
  async act(asked) {
    const receipt = Receipt.parse(asked.token)
    await erasure.cancel(receipt, asked.caller)
    return shownDeletion(asked, await erasure.read(receipt))
  },
})

export const referralPage = ({ follow }: Pick<Forms, 'follow'>): MailedPage => ({
  path: mailedPages.referralStatus.ours,
  hasToken: false,
  titleIn: (words) => words.referralStatus.title,
  async show({ words }) {
    const { title, question, number, code, button } = words.referralStatus
    const inputs = [
      input({ name: 'trackingNumber', label: number, autocomplete: 'off' }),
      input({ name: 'code', label: code, autocomplete: 'off' }),
    ]
    return { title, content: [paragraph(question), form('', button, inputs)] }
  },
  async act({ words, hrefOf }, { trackingNumber = '', code = '' }) {
    const said = words.referralStatus
    const progress = await follow.read({ trackingNumber, code })
    return {
      title: said.title,
      content: [
        html`<p>${progress.trackingNumber}: <strong>${said.states[progress.status]}</strong></p>`,
        facts([
          [said.sent, time(words, progress.submittedAt)],
          [said.changed, time(words, progress.updatedAt)],
          ...(progress.status === 'pending' ? [[said.due, time(words, progress.dueAt)] as const] : []),
        ]),
        html`<p><a href="${hrefOf(mailedPages.referralStatus.ours)}">${said.another}</a></p>`,
      ],
    }
  },
})

/** Null where a code is still wanted. It is of one who signs in for a moment, at a computer that may be of many. */
async function signIn(auth: Auth, { email = '', password = '', code = '' }: Fields, caller: Caller) {
  const outcome = await auth.logIn(LogIn.parse({ email, password, sharedDevice: true }), caller)
  if (!('mfaToken' in outcome)) return outcome
  const typed = code.trim()
  if (typed === '') return null
  const { mfaToken } = outcome
  const asDigits = LogInSecondFactor.safeParse({ mfaToken, code: typed })
  return auth.logInSecondFactor(
    asDigits.success ? asDigits.data : LogInSecondFactor.parse({ mfaToken, recoveryCode: typed }),
    caller,
  )
}

/** Signs in, hands out the link, and signs out: there is nothing else to do here. */
export const exportPage = (auth: Auth, exports: Exports): MailedPage => {
  const shown = ({ words }: Asked, email?: string): Shown => {
    const said = words.dataExport
    const inputs = [
      input({
        name: 'email',
        label: said.email,
        type: 'email',
        autocomplete: 'username',
        value: email,
      }),
      input({ name: 'password', label: said.password, type: 'password', autocomplete: 'current-password' }),
      input({ name: 'code', label: said.code, autocomplete: 'one-time-code', isOptional: true }),
    ]
    return { title: said.title, content: [paragraph(said.question), form('', said.button, inputs)] }
  }
  return {
    path: mailedPages.dataExport.ours,
    hasToken: false,
    titleIn: (words) => words.dataExport.title,
    show: async (asked) => shown(asked),
    async act(asked, fields) {
      const { c, words } = asked
      const said = words.dataExport
      const signedIn = await signIn(auth, fields, callerWithDevice(c))
      if (signedIn === null) return { ...shown(asked, fields['email']), problem: said.codeNeeded }
      const { accessToken, refreshToken } = signedIn
      try {
        const verdict = await auth.verifyToken(accessToken)
        if (verdict.verdict !== 'valid') throw new Error('a token that was just issued is not valid')
        const { actor } = await auth.authenticate(verdict.claims, { isFresh: true, isBackground: false })
        const view = await exports.request(actor, asked.caller)
        if (view.status === 'preparing') return { title: said.title, content: [paragraph(said.preparing)] }
        return {
          title: said.title,
          content: [
            paragraph(said.ready),
            html`<p><a class="button" href="${view.url}" rel="noreferrer">${said.download}</a></p>`,
          ],
        }
      } finally {
        await auth.logOut({ accessTokens: [accessToken], refreshTokens: [refreshToken] }, asked.caller)
      }
    },
  }
}
