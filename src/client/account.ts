import { type ApiError, ForeignAnswer, readError } from './answers.ts'
import { type Client, type ClientOptions, createClient } from './client.ts'
import { createFloor, type Failing } from './floor.ts'
import { createLeaving, type Departure } from './leaving.ts'
import { createLine, type Line } from './line.ts'
import { createSessionWatch, type SessionWatchOptions } from './session-watch.ts'

type Answered<C extends (...args: never[]) => Promise<{ json(): Promise<unknown> }>, S> = Awaited<
  ReturnType<Extract<Awaited<ReturnType<C>>, { status: S }>['json']>
>
type V1 = Client['api']['v1']

export type Profile = Answered<V1['users']['me']['$get'], 200>
/** A password was right, and the account wants a second factor too. */
export type SecondFactorWanted = Answered<V1['auth']['login']['$post'], 202>
export type SignUpInput = Parameters<V1['auth']['signup']['$post']>[0]['json']
export type LogInInput = Parameters<V1['auth']['login']['$post']>[0]['json']
type WithoutToken<T> = T extends unknown ? Omit<T, 'mfaToken'> : never
export type SecondFactorInput = WithoutToken<Parameters<V1['auth']['login']['mfa']['$post']>[0]['json']>

/** What of a profile may be changed; in `enrolledCourses` ids that are new are enrolled in, and nothing is left. */
export interface ProfileChange {
  readonly name?: string
  readonly preferences?: Partial<Profile['preferences']>
  readonly enrolledCourses?: readonly string[]
}

/** Another object whenever something of it has changed. */
export interface AccountState {
  /** `unknown`: not asked yet, or nothing was answered. Show nobody as signed out then. */
  readonly status: 'unknown' | 'signed_in' | 'signed_out'
  readonly user: Profile | null
  /** Why the last thing did not work. Null: it did, or the line was the reason (`isUnreachable`). */
  readonly problem: ApiError | null
  readonly isUnreachable: boolean
  readonly secondFactor: SecondFactorWanted | null
  /** What the server says to somebody who signed up and is not signed in yet: that a mail is on its way. */
  readonly notice: string | null
  /** Seconds until the session ends because nobody does anything. Null: later than the watch warns. */
  readonly secondsLeft: number | null
}

/** Tells the other tabs of this browser that somebody signed in, left, or changed their profile. */
export interface Announcements {
  say(): void
  /** Answers what stops it. */
  listen(heard: () => void): () => void
}

/** Named, so that the declaration says `Client` and does not write every operation out. */
export interface Account {
  readonly client: Client
  readonly line: Line
  state(): AccountState
  /** Answers what stops it. */
  onChange(listener: () => void): () => void
  /** Asks who it is, and goes on asking when the line comes back; answers what stops everything. */
  start(): () => void
  logIn(input: LogInInput): Promise<boolean>
  /** After `logIn` left a `secondFactor` in the state. */
  showSecondFactor(input: SecondFactorInput): Promise<boolean>
  signUp(input: SignUpInput): Promise<boolean>
  /** Whatever becomes of it nobody is shown as signed in any more; where it did not work, say so. */
  logOut(): Promise<Departure>
  /** Shown at once; what is refused is shown as it was again. */
  updateProfile(change: ProfileChange): Promise<boolean>
  /** Somebody is there: the session goes on. */
  stay(): Promise<boolean>
}

export interface AccountOptions extends Omit<ClientOptions, 'onSignedOut' | 'expectedUser'>, Failing {
  /** Where the API is; what the documents call the API's address, which ends in `/api` or `/api/v1`, will do. */
  readonly baseUrl: string
  /** Default: a `BroadcastChannel`, where there is one. */
  readonly announcements?: Announcements | null
  /** Of the watch for the end of an idle session. */
  readonly warnMs?: number
  readonly later?: SessionWatchOptions['later']
}

/** Before anybody has asked. */
export const nobodyYet: AccountState = {
  status: 'unknown',
  user: null,
  problem: null,
  isUnreachable: false,
  secondFactor: null,
  notice: null,
  secondsLeft: null,
}

function findAnnouncements(): Announcements | null {
  if (typeof BroadcastChannel === 'undefined') return null
  let channel: BroadcastChannel | undefined
  return {
    say: () => channel?.postMessage('changed'),
    listen(heard) {
      const opened = new BroadcastChannel('tools-inc-account')
      channel = opened
      opened.onmessage = heard
      return () => {
        opened.close()
        if (channel === opened) channel = undefined
      }
    },
  }
}

/**
 * Who is signed in, for a page to show: over reloads, over the end of access tokens, and the same in all tabs. Nothing but the
 * time of the last refresh is kept by the page. Each way in answers whether somebody is signed in now; why not is in the
 * state.
 */
export function createAccount(options: AccountOptions): Account {
  const { announcements = findAnnouncements(), onError, warnMs, later, ...given } = options
  const floor = createFloor(onError)
  const baseUrl = options.baseUrl.replace(/(?:\/api(?:\/v1)?)?\/*$/, '')
  const line = options.line ?? createLine(onError ? { onError } : {})
  const listeners = new Set<() => void>()
  let state = nobodyYet
  /** Each reading of the profile, and each change of who it is, makes those that began before it mean nothing. */
  let turn = 0
  const stops: (() => void)[] = []

  function set(change: Partial<AccountState>): void {
    state = { ...state, ...change }
    for (const listener of listeners) floor(listener)
  }
  const client = createClient({
    ...given,
    baseUrl,
    line,
    expectedUser: () => state.user?.id,
    onSignedOut: () => signedOut(),
  })
  const { auth, users, courses } = client.api.v1
  const leaving = createLeaving({
    baseUrl,
    ...(options.fetch ? { fetch: options.fetch } : {}),
    ...(options.notes === undefined ? {} : { notes: options.notes }),
    clear: () => signedOut(),
  })
  const watch = createSessionWatch({
    client,
    onWarning: (secondsLeft) => set({ secondsLeft }),
    onTime: () => state.secondsLeft !== null && set({ secondsLeft: null }),
    ...(warnMs === undefined ? {} : { warnMs }),
    ...(later ? { later } : {}),
    ...(onError ? { onError } : {}),
  })

  function signedOut(): void {
    turn++
    watch.stop()
    set({ ...nobodyYet, status: 'signed_out' })
  }
  function signedIn(user: Profile): void {
    const isNew = state.user?.id !== user.id
    set({ ...nobodyYet, status: 'signed_in', user, secondsLeft: isNew ? null : state.secondsLeft })
    if (isNew) floor(() => watch.start())
  }
  /** False, with the reason in the state. */
  async function refused(response: Parameters<typeof readError>[0]): Promise<false> {
    set({ problem: await readError(response), isUnreachable: false })
    return false
  }
  const unlessUnreachable = async (work: () => Promise<boolean>): Promise<boolean> => {
    set({ problem: null, isUnreachable: false, notice: null })
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof ForeignAnswer || error instanceof TypeError || error instanceof DOMException))
        throw error
      set({ isUnreachable: true })
      return false
    }
  }

  /** Asks who it is. */
  const read = (): Promise<boolean> =>
    unlessUnreachable(async () => {
      const mine = ++turn
      const response = await users.me.$get()
      if (mine !== turn) return state.user !== null
      if (response.ok) {
        const user = await response.json()
        if (mine === turn) signedIn(user)
        return true
      }
      if (response.status !== 401) return refused(response)
      signedOut()
      return false
    })
  /** Who it is may be somebody else by now: until that is known nobody is shown. */
  function readAnew(): void {
    watch.stop()
    turn++
    set({ ...nobodyYet })
    floor(read)
  }
  const entered = (user: Profile): true => {
    turn++
    leaving.forget()
    signedIn(user)
    announcements?.say()
    return true
  }

  return {
    client,
    line,
    state: (): AccountState => state,
    onChange(listener: () => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start(): () => void {
      const stop = () => {
        for (const each of stops.splice(0)) each()
        watch.stop()
      }
      stop()
      if (announcements) stops.push(announcements.listen(() => floor(readAnew)))
      stops.push(line.onReturn(() => state.status === 'unknown' && floor(read)))
      if (state.user) floor(() => watch.start())
      floor(read)
      return stop
    },
    logIn: (input: LogInInput): Promise<boolean> =>
      unlessUnreachable(async () => {
        const response = await auth.login.$post({ json: input })
        if (response.status === 202) {
          set({ secondFactor: await response.json() })
          return false
        }
        return response.status === 200 ? entered((await response.json()).user) : refused(response)
      }),
    showSecondFactor: (input: SecondFactorInput): Promise<boolean> =>
      unlessUnreachable(async () => {
        const { mfaToken } = state.secondFactor ?? {}
        if (mfaToken === undefined) return false
        const response = await auth.login.mfa.$post({ json: { ...input, mfaToken } })
        return response.status === 200 ? entered((await response.json()).user) : refused(response)
      }),
    signUp: (input: SignUpInput): Promise<boolean> =>
      unlessUnreachable(async () => {
        const response = await auth.signup.$post({ json: input })
        if (response.status === 201) return entered((await response.json()).user)
        if (response.status !== 202) return refused(response)
        set({ notice: (await response.json()).message })
        return false
      }),
    async logOut(): Promise<Departure> {
      const departure = await leaving.leave()
      announcements?.say()
      return departure
    },
    updateProfile: (change: ProfileChange): Promise<boolean> =>
      unlessUnreachable(async () => {
        const { user } = state
        if (!user) return false
        const { name = user.name, enrolledCourses = user.enrolledCourses } = change
        const preferences = { ...user.preferences, ...change.preferences }
        set({ user: { ...user, name, preferences, enrolledCourses: [...enrolledCourses] } })
        let failed: Parameters<typeof readError>[0] | null = null
        try {
          for (const id of enrolledCourses.filter((each) => !user.enrolledCourses.includes(each))) {
            const response = await courses[':id'].enroll.$post({ param: { id } })
            if (!response.ok) failed ??= response
          }
          const json = {
            ...(change.name === undefined ? {} : { name }),
            ...(change.preferences === undefined ? {} : { preferences: change.preferences }),
          }
          if (Object.keys(json).length > 0) {
            const response = await users.me.$patch({ json })
            if (!response.ok) failed ??= response
          }
        } catch (error) {
          if (state.user?.id === user.id) set({ user })
          throw error
        }
        await read()
        announcements?.say()
        return failed === null || refused(failed)
      }),
    stay: (): Promise<boolean> => watch.extend(),
  }
}
