'use client'

import {
  createContext,
  createElement,
  type FunctionComponentElement,
  type ProviderProps,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import {
  type Account,
  type AccountState,
  createAccount,
  nobodyYet,
  type Profile,
  type ProfileChange,
  type SecondFactorInput,
} from './account.ts'
import { type ApiError, readError } from './answers.ts'
import { type Chat, type ChatOptions, type Conversation, createChat } from './chat.ts'
import type { Client } from './client.ts'
import type { ConversationState } from './conversation.ts'
import { createFloor } from './floor.ts'
import type { Departure } from './leaving.ts'

const floor = createFloor()

interface Held {
  readonly account: Account
  readonly chat: Chat
}
const Held = createContext<Held | null>(null)

export interface AuthProviderProps {
  /** Where the API is, such as `process.env.NEXT_PUBLIC_API_URL`. Default: the page's own origin. */
  readonly baseUrl?: string
  /** In place of one that is made for `baseUrl`. */
  readonly account?: Account
  /** How connections of the chat are opened. Default: by `@azure/web-pubsub-client`, which is loaded then. */
  readonly openSocket?: ChatOptions['openSocket']
  /** Shown until it is known who is signed in, and where a page is rendered without a browser. Default: nothing. */
  readonly waiting?: ReactNode
  readonly children?: ReactNode
}

/** Knows who is signed in, for everything inside it. All but `waiting` counts once. */
export function AuthProvider(props: AuthProviderProps): FunctionComponentElement<ProviderProps<Held | null>> {
  const { baseUrl = '', children, waiting = null, openSocket } = props
  const [held] = useState((): Held => {
    const account = props.account ?? createAccount({ baseUrl })
    return { account, chat: createChat({ account, ...(openSocket ? { openSocket } : {}) }) }
  })
  const { account, chat } = held
  useEffect(() => {
    const stop = account.start()
    return () => {
      chat.stop()
      stop()
    }
  }, [account, chat])
  const { status } = useSyncExternalStore(account.onChange, account.state, () => nobodyYet)
  return createElement(Held.Provider, { value: held }, status === 'unknown' ? waiting : children)
}

function useHeld(): Held {
  const held = useContext(Held)
  if (held === null) throw new Error('This has to be inside of an AuthProvider.')
  return held
}

export interface Auth extends Omit<AccountState, 'status' | 'user'> {
  readonly user: Profile | null
  readonly isAuthenticated: boolean
  /** The session ends within `secondsLeft` unless `stay` is called. */
  readonly sessionWarning: boolean
  /** Answers whether somebody is signed in now; `problem` or `secondFactor` says why not. */
  readonly login: (email: string, password: string) => Promise<boolean>
  readonly showSecondFactor: (proof: SecondFactorInput) => Promise<boolean>
  readonly signup: (email: string, password: string, name: string) => Promise<boolean>
  readonly logout: () => Promise<Departure>
  readonly updateProfile: (change: ProfileChange) => Promise<boolean>
  readonly stay: () => Promise<boolean>
  /** Typed calls of every operation, for the same session. */
  readonly client: Client
}

/** Who is signed in, and how that changes. Throws outside of an `AuthProvider`. */
export function useAuth(): Auth {
  const { account } = useHeld()
  const { status, ...state } = useSyncExternalStore(account.onChange, account.state, account.state)
  const ways = useMemo(
    () => ({
      client: account.client,
      login: (email: string, password: string) => account.logIn({ email, password }),
      showSecondFactor: account.showSecondFactor,
      signup: (email: string, password: string, name: string) => account.signUp({ email, password, name }),
      logout: account.logOut,
      updateProfile: account.updateProfile,
      stay: account.stay,
    }),
    [account],
  )
  const isAuthenticated = status === 'signed_in'
  return { ...state, ...ways, isAuthenticated, sessionWarning: state.secondsLeft !== null }
}

type ListCourses = Client['api']['v1']['courses']['$get']
type CoursePage = Awaited<ReturnType<Extract<Awaited<ReturnType<ListCourses>>, { status: 200 }>['json']>>
export type Course = CoursePage['items'][number]
export type CourseFilter = Omit<Parameters<ListCourses>[0]['query'], 'page' | 'limit'>

export interface Courses {
  readonly courses: readonly Course[]
  readonly isLoading: boolean
  /** There are more: `loadMore`. */
  readonly hasMore: boolean
  /** Why they could not be loaded; null also where nothing was answered (`isUnreachable`). */
  readonly problem: ApiError | null
  readonly isUnreachable: boolean
  readonly loadMore: () => void
  readonly reload: () => void
}

const noCourses = {
  courses: [],
  page: 0,
  hasMore: false,
  isLoading: true,
  problem: null,
  isUnreachable: false,
}
type Loaded = Omit<Courses, 'loadMore' | 'reload'> & { readonly page: number }

/** The catalog, 20 courses at a time, and loaded again when the line comes back after it failed. */
export function useCourses(filter: CourseFilter = {}): Courses {
  const { client, line } = useHeld().account
  const [loaded, setLoaded] = useState<Loaded>(noCourses)
  const latest = useRef(0)
  // A filter is mostly written where it is used, and another object each time.
  const key = JSON.stringify(filter)

  const load = useCallback(
    async (page: number): Promise<void> => {
      const mine = ++latest.current
      const isStale = () => mine !== latest.current
      setLoaded((before) => ({ ...(page === 1 ? noCourses : before), isLoading: true }))
      try {
        const query = { ...(JSON.parse(key) as CourseFilter), page: String(page) }
        const response = await client.api.v1.courses.$get({ query })
        const problem = await readError(response)
        const answer = response.status === 200 ? await response.json() : null
        if (isStale()) return
        setLoaded((before) => ({
          page: answer ? page : before.page,
          courses: answer ? [...(page === 1 ? [] : before.courses), ...answer.items] : before.courses,
          hasMore: answer ? page < answer.pagination.totalPages : before.hasMore,
          isLoading: false,
          problem,
          isUnreachable: false,
        }))
      } catch {
        if (!isStale()) setLoaded((before) => ({ ...before, isLoading: false, isUnreachable: true }))
      }
    },
    [client, key],
  )
  useEffect(() => {
    floor(() => load(1))
    return () => {
      latest.current++
    }
  }, [load])
  const { page, isUnreachable, isLoading, hasMore } = loaded
  useEffect(
    () => (isUnreachable ? line.onReturn(() => floor(() => load(page + 1))) : undefined),
    [isUnreachable, line, load, page],
  )
  const loadMore = useCallback(() => {
    if (hasMore && !isLoading) floor(() => load(page + 1))
  }, [hasMore, isLoading, load, page])
  const reload = useCallback(() => floor(() => load(1)), [load])
  const { page: _, ...shown } = loaded
  return { ...shown, loadMore, reload }
}

/** What is shown of a conversation, and what can be done in it. */
export interface ConversationShown extends ConversationState, Omit<Conversation, 'state' | 'onChange'> {}

/** One conversation, loaded and kept as it is as long as it is shown. */
export function useConversation(id: string): ConversationShown {
  const { chat } = useHeld()
  const conversation = chat.conversation(id)
  const state = useSyncExternalStore(conversation.onChange, conversation.state, conversation.state)
  return useMemo(() => ({ ...conversation, ...state }), [conversation, state])
}
