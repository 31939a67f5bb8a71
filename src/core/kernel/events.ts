/** One domain's ear at another. The app attaches all of them before the first request. */
export interface Listener {
  /** `domain.what-happened` */
  readonly to: string
  /** Whose it is. */
  readonly by: string
  readonly attach: () => void
}

function createListeners<T>(to: string) {
  const attached = new Map<string, T>()
  return {
    attached,
    listener: (by: string, value: T): Listener => ({
      to,
      by,
      attach() {
        if (attached.has(by)) throw new Error(`${by} listens to ${to} twice`)
        attached.set(by, value)
      },
    }),
  }
}

/**
 * Something that happened in one domain and that others react to, in this process. It is named `domain.what-happened`.
 * See docs/adr/0030-domains-in-one-order.md.
 */
export function createEvent<Fact>(name: string) {
  const { attached, listener } = createListeners<(fact: Fact) => Promise<void>>(name)
  return {
    listener,
    /**
     * Awaits the listeners one after another, in the order of the domains. One that fails keeps none of the others from
     * hearing; then this throws what it threw, and an `AggregateError` for several.
     */
    async emit(fact: Fact): Promise<void> {
      const failures: unknown[] = []
      for (const react of attached.values()) {
        try {
          await react(fact)
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 1) throw new AggregateError(failures, `several listeners to ${name} failed`)
      if (failures.length === 1) throw failures[0]
    },
  }
}

export type DomainEvent<Fact> = ReturnType<typeof createEvent<Fact>>

/** What a domain asks of those that stand above it, each under a key of its own, such as the kind of what it owns. */
export function createQuestion<Key extends string, Answerer>(name: string) {
  const { attached, listener } = createListeners<Answerer>(name)
  return {
    listener: (key: Key, answerer: Answerer): Listener => listener(key, answerer),
    /** Undefined when nobody answers for this key. */
    of: (key: Key): Answerer | undefined => attached.get(key),
    /** Everybody who answers, in the order of the domains. */
    all: (): readonly Answerer[] => [...attached.values()],
  }
}

export type Question<Key extends string, Answerer> = ReturnType<typeof createQuestion<Key, Answerer>>
