import { html } from 'hono/html'
import type { Caller } from '../../core/kernel/actor.ts'
import type { AppContext } from '../../http/request-context.ts'
import type { Piece } from '../page-frame.ts'
import type { Words } from './words-en.ts'

export interface Shown {
  readonly title: string
  readonly content: readonly Piece[]
  /** What went wrong, above everything else. */
  readonly problem?: string
  /** It brings a script of this server, and works without. */
  readonly hasScript?: true
}

/** What was typed into the form, and what it holds besides. */
export type Fields = Readonly<Record<string, string>>

export interface Asked {
  readonly c: AppContext
  readonly words: Words
  /** Of the link; empty where it has none, or where the browser did not keep it. */
  readonly token: string
  readonly caller: Caller
  /** Where a page of this kind is, in the language of this one. */
  readonly hrefOf: (path: string) => string
}

/** A page that a mail leads to. Looking at it changes nothing: mail programs open links, and press no buttons. */
export interface MailedPage {
  readonly path: string
  /** Whether the link brings a token, without which there is nothing to show. */
  readonly hasToken: boolean
  readonly titleIn: (words: Words) => string
  readonly show: (asked: Asked) => Promise<Shown>
  /** Throws what the use case throws: it is told above the same page. */
  readonly act: (asked: Asked, fields: Fields) => Promise<Shown>
  /**
   * For a mail service that does it for somebody, by the address in the head of the mail. It counts by itself: such a service
   * asks for many people.
   */
  readonly actAtOnce?: (asked: Asked) => Promise<Shown>
}

export const paragraph = (text: string): Piece => html`<p>${text}</p>`

/** Without an action it goes where the page is, in the language of the page. */
export const form = (token: string, button: string, inputs: readonly Piece[] = []): Piece =>
  html`<form method="post">
        ${token === '' ? '' : html`<input type="hidden" name="token" value="${token}" />`}${inputs}
        <button type="submit">${button}</button>
      </form>`

interface Input {
  readonly name: string
  readonly label: string
  readonly type?: 'text' | 'email' | 'password'
  readonly autocomplete: string
  readonly hint?: string
  readonly isOptional?: true
  /** As it was typed; never of a secret. */
  readonly value?: string | undefined
}

export const input = ({ name, label, type = 'text', autocomplete, hint, isOptional, value }: Input): Piece =>
  html`<label for="${name}">${label}</label>
        <input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" autocapitalize="none" spellcheck="false" maxlength="1024"${isOptional ? '' : html` required`}${hint === undefined ? '' : html` aria-describedby="${name}-hint"`}${value === undefined ? '' : html` value="${value}"`} />${hint === undefined ? '' : html`<p class="small" id="${name}-hint">${hint}</p>`}`

/** As people of this language write a day; in UTC, which is said. */
export const time = (words: Words, iso: string): Piece =>
  html`<time datetime="${iso}">${new Intl.DateTimeFormat(words.language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(new Date(iso))} UTC</time>`

export const facts = (rows: readonly (readonly [string, Piece | string])[]): Piece =>
  html`<dl>${rows.map(([term, fact]) => html`<dt>${term}</dt><dd>${fact}</dd>`)}</dl>`

export const done = ({ words }: Asked, title: string, text: string): Shown => ({
  title,
  content: [paragraph(text), paragraph(words.wayBack)],
})
