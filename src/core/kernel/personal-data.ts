import type { Plain, Said } from './messages/said.ts'
/** Of an account, what tells the domains where its person left something. */
export interface SubjectAccount {
  readonly email: string
  readonly emailVerified: boolean
  readonly mentorId?: string | null
  readonly identities?: readonly { readonly id: string }[]
}

/** Whose data is meant. The account is null once it is gone, as of a guest whose day is over. */
export interface Subject {
  readonly userId: string
  readonly account: SubjectAccount | null
  /** The addresses that are the account's: the one it goes by, and those reserved for it. */
  readonly addresses: readonly string[]
}

/** What stays after an erasure, in words for the person. */
export interface Kept {
  readonly what: Said
  /** Why: the rule that says so. */
  readonly rule: Said
  /** ISO time, or null when no time is set. */
  readonly until: string | null
}

export type DataClass = 'none' | 'public' | 'personal' | 'health' | 'substance-use'

/** A file of a person's, for the export. */
export interface PersonalFile {
  readonly name: string
  readonly lastModified: string
  readonly content: () => AsyncIterable<Uint8Array<ArrayBuffer>>
}

interface Described {
  /** The name of the collection or table, `blobs:` and a container, or `cache:` and the beginning of a key. */
  readonly store: string
  readonly dataClass: DataClass
  /** Personal fields, by the names they are exported under. */
  readonly fields: readonly string[]
  /** Personal fields that are never handed out: what proves who somebody is. */
  readonly withheld?: readonly string[]
  readonly purpose: string
  readonly retention: string
}

type Exported =
  | {
      /** In the export, it is told to the person. */
      readonly purpose: Plain
      /** Records of this person and of nobody else. */
      readonly collect: (subject: Subject) => Promise<readonly object[]>
      readonly collectFiles?: (subject: Subject) => AsyncIterable<PersonalFile>
    }
  | { readonly notExported: string }

type Erased =
  | {
      /** Safe to run again, also after having been cut off, and by two at once. Answers what has to stay. */
      readonly erase: (subject: Subject) => Promise<readonly Kept[]>
    }
  | { readonly notErased: string }

/** What its rule of retention says should be gone by now. */
export interface PastRetention {
  readonly count: () => Promise<number>
  /** Answers how many were removed. */
  readonly remove: () => Promise<number>
}

interface Retained {
  /** Absent where things go by themselves, or with the account. */
  readonly pastRetention?: PastRetention
}

/** One store: what is personal in it, and how that is handed over and erased. */
export type PersonalData = Described & Exported & Erased & Retained

/** A store in which nothing is anybody's. */
export const nothingPersonal = (store: string, purpose: string, retention: string): PersonalData => ({
  store,
  dataClass: 'none',
  fields: [],
  purpose,
  retention,
  notExported: 'Nothing personal.',
  notErased: 'Nothing personal.',
})

/** What is kept in the cache alone and goes by itself. */
export const passing = (
  store: string,
  withheld: readonly string[],
  purpose: string,
  retention: string,
): PersonalData => ({
  store,
  dataClass: 'personal',
  fields: [],
  withheld,
  purpose,
  retention,
  notExported: 'Gone before anybody could read it.',
  notErased: 'Expires by itself.',
})

export const nothingKept: readonly Kept[] = []
