import { expect, test } from 'vitest'
import { createMemoryRealtime } from '../../../src/adapters/memory/realtime.ts'
import { createScanningMessageSearch } from '../../../src/adapters/scanning/message-search.ts'
import { openSqlite } from '../../../src/adapters/sqlite/database.ts'
import { createSqliteDocuments } from '../../../src/adapters/sqlite/documents.ts'
import { collections } from '../../../src/app/domains.ts'
import { type Client, createClient } from '../../../src/client/client.ts'
import { createLiveChat, type LiveSocket } from '../../../src/client/live-chat.ts'
import { createOutbox, type Outbox, type OutgoingMessage } from '../../../src/client/outbox.ts'
import { createMemoryOutboxStore } from '../../../src/client/outbox-store.ts'
import type { Tabs } from '../../../src/client/tabs.ts'
import { messages } from '../../../src/core/messaging/chat/entries.model.ts'
import { events } from '../../../src/core/messaging/chat/events.ts'
import { conversationGroup, userGroup } from '../../../src/core/platform/realtime/realtime.model.ts'
import type { Cache } from '../../../src/ports/cache.ts'
import type { DocumentStore } from '../../../src/ports/documents.ts'
import type { Ports } from '../../../src/ports/ports.ts'
import { PortUnavailable } from '../../../src/ports/unavailable.ts'
import { createTestApp, origin } from '../../app.ts'
import { type ChatPerson, chatPeople } from './chat-people.ts'

const seed = Number(process.env['CHAOS_SEED'] ?? 20_261_125)
const clientCount = 20
const messageCount = 5_000
/** The clock of the servers runs ahead, so that what they wait for does not have to be waited for. */
const haste = 50

function createRandom(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
const random = createRandom(seed)
const chance = (probability: number) => random() < probability
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const never = new Promise<never>(() => {})

interface Device {
  readonly userId: string
  groups: ReadonlySet<string>
  isOpen: boolean
  readonly receive: (event: unknown) => void
  readonly cut: () => void
}

/** Loses, doubles, delays and so reorders what it carries, and cuts connections. */
function createNetwork() {
  const devices = new Set<Device>()
  const counts = { dropped: 0, doubled: 0, delayed: 0, cut: 0 }
  const carry = (device: Device, event: unknown) => {
    if (chance(0.02)) return void counts.dropped++
    const copies = chance(0.03) ? 2 : 1
    if (copies === 2) counts.doubled++
    for (let copy = 0; copy < copies; copy++) {
      if (!chance(0.05)) device.receive(event)
      else {
        counts.delayed++
        setTimeout(() => device.receive(event), random() * 50)
      }
    }
  }
  return {
    devices,
    counts,
    publish(group: string, event: object) {
      const copy = JSON.parse(JSON.stringify(event))
      for (const device of devices) if (device.isOpen && device.groups.has(group)) carry(device, copy)
    },
    cutOne() {
      counts.cut++
      pick([...devices]).cut()
    },
  }
}

test(`chaos: nothing is lost or doubled, one order for all, that of each writer kept, nothing under another name (seed ${seed})`, {
  timeout: 180_000,
}, async () => {
  const network = createNetwork()
  const startedAt = performance.now()
  const clock = { now: () => Date.UTC(2026, 10, 24) + Math.round((performance.now() - startedAt) * haste) }
  const database = openSqlite(':memory:')
  const documents = createSqliteDocuments({ database, collections, clock })
  const first = await createTestApp({
    environment: { ACCESS_TOKEN_SECONDS: '3600' },
    ports: () => ({ clock, documents, messageSearch: createScanningMessageSearch({ documents, messages }) }),
  })
  const people = await chatPeople(first, ...Array.from({ length: clientCount }, (_, i) => `Person${i}`))

  // Processes that are killed between a commit and its announcement, and in the middle of anything else.
  let kills = 0
  let isCacheCut = false
  const cutCache: Cache = Object.fromEntries(
    Object.entries(first.ports.cache).map(([name, call]) => [
      name,
      (...values: unknown[]) => {
        if (isCacheCut) throw new PortUnavailable('cache', { cause: new Error('cut') })
        return (call as (...values: unknown[]) => unknown)(...values)
      },
    ]),
  ) as unknown as Cache
  async function startNode() {
    let isDead = false
    const mortal =
      <A extends readonly unknown[], T>(call: (...values: A) => Promise<T>, mayDieAfter = false) =>
      async (...values: A): Promise<T> => {
        if (isDead) return never
        const result = await call(...values)
        if (mayDieAfter && chance(0.01)) kill()
        return isDead ? never : result
      }
    const realtime = createMemoryRealtime({ clock })
    const ports: Partial<Ports> = {
      ...first.ports,
      cache: cutCache,
      documents: Object.fromEntries(
        Object.entries(documents).map(([name, call]) => [name, mortal(call as any, name === 'transact')]),
      ) as unknown as DocumentStore,
      realtime: {
        ...realtime,
        publish: mortal(async (group: string, event: object) => {
          await wait(0)
          if (!isDead) network.publish(group, event)
        }),
        addToGroup: async () => {},
        removeFromGroup: async () => {},
      },
    }
    delete (ports as { defer?: unknown }).defer
    const testApp = await createTestApp({ environment: { ACCESS_TOKEN_SECONDS: '3600' }, ports: () => ports })
    const deaths: (() => void)[] = []
    const kill = () => {
      if (isDead) return
      isDead = true
      kills++
      clearInterval(timer)
      for (const die of deaths) die()
      void replace(node)
    }
    const timer = setInterval(
      () => void testApp.runJob('announce-what-was-left').catch(() => {}),
      5_000 / haste,
    )
    const death = new Promise<never>((_, reject) => deaths.push(() => reject(new Error('connection reset'))))
    death.catch(() => {})
    const node = {
      testApp,
      isDead: () => isDead,
      stop: () => clearInterval(timer),
      send: (path: string, init?: RequestInit) => Promise.race([testApp.app.request(path, init), death]),
    }
    return node
  }
  type Node = Awaited<ReturnType<typeof startNode>>
  const nodes: Node[] = []
  let isOver = false
  async function replace(dead: Node) {
    nodes.splice(nodes.indexOf(dead), 1)
    if (!isOver) nodes.push(await startNode())
  }
  nodes.push(await startNode(), await startNode(), await startNode())
  const anyNode = async (): Promise<Node> => {
    while (nodes.length === 0) await wait(5)
    return pick(nodes)
  }

  // Everybody is in the first conversation, and each in two more.
  const groups: { readonly id: string; readonly members: readonly ChatPerson[] }[] = []
  for (const members of [
    people,
    people.slice(0, 8),
    people.slice(4, 14),
    people.slice(10),
    people.slice(14, 17),
  ]) {
    const [admin, ...others] = members as [ChatPerson, ...ChatPerson[]]
    const body = { type: 'group', participantIds: others.map(({ userId }) => userId) }
    groups.push({ id: (await admin.call('POST', '/api/v1/conversations', { body })).body.id, members })
  }

  interface Written {
    readonly senderId: string
    readonly conversationId: string
    readonly tab: number
    readonly turn: number
  }
  const written = new Map<string, Written>()
  let mismatches = 0
  let reloads = 0

  const changing = new Set<Promise<void>>()
  /** Whether it succeeds does not matter, only when it is over. */
  async function noted(change: Promise<unknown>): Promise<void> {
    const over = change.then(
      () => {},
      () => {},
    )
    changing.add(over)
    await over
    changing.delete(over)
  }

  /** Two tabs of one browser, which share what waits and the cookies. They are reloaded now and then. */
  function openTabs(
    { userId }: ChatPerson,
    mine: readonly { readonly id: string }[],
    sending: Client,
    client: Client,
  ) {
    const store = createMemoryOutboxStore<OutgoingMessage>()
    const hearing = new Set<Parameters<Tabs['listen']>[0]>()
    const channel = (): Tabs => {
      let own: Parameters<Tabs['listen']>[0] | undefined
      return {
        say(said) {
          for (const listener of hearing) if (listener !== own) setTimeout(() => listener(said), random() * 5)
        },
        listen(listener) {
          own = listener
          hearing.add(listener)
          return () => void hearing.delete(listener)
        },
      }
    }
    const openTab = () =>
      createOutbox({
        client: sending,
        userId,
        random,
        locks: null,
        tabs: channel(),
        store: () => store,
        onSignedOut: () => void mismatches++,
        async onSent(_, message) {
          if (!message || message.senderId !== userId) return
          const param = { id: message.id }
          const { [':id']: one } = client.api.v1.messages
          if (chance(0.05)) await noted(one.$patch({ param, json: { text: 'edited' } }))
          if (chance(0.02)) await noted(one.$delete({ param }))
        },
      })
    const open = [openTab(), openTab()]
    const waitingIn = async () => (await store.list(userId)).length
    return {
      waitingIn,
      start: () => Promise.all(open.map((tab) => tab.start())),
      stop: () => open.map((tab) => tab.stop()),
      arrived: async (id: string) => void (await Promise.all(open.map((tab) => tab.arrived(id)))),
      write(turn: number) {
        const tab = turn % 2
        const { id } = pick(mine)
        const { clientMessageId } = (open[tab] as Outbox).add(id, { text: `message ${turn}` })
        written.set(clientMessageId, { senderId: userId, conversationId: id, tab, turn })
      },
      async reload(tab: number) {
        reloads++
        open[tab]?.stop()
        open[tab] = openTab()
        await open[tab]?.start()
      },
    }
  }

  const clients = people.map((person) => {
    const applied = new Map<string, { seq: number; event: string; of: string }[]>()
    const mine = groups.filter(({ members }) => members.includes(person))
    for (const { id } of mine) applied.set(id, [])
    const device: { current?: Device } = {}
    const openSocket = (accessUrl: () => Promise<string>): LiveSocket => {
      const listeners: Record<string, ((event?: any) => void)[]> = {}
      const tell = (name: string, event?: unknown) => {
        for (const listener of listeners[name] ?? []) listener(event)
      }
      const opened: Device = {
        userId: person.userId,
        groups: new Set([userGroup(person.userId), ...mine.map(({ id }) => conversationGroup(id))]),
        isOpen: false,
        receive(data) {
          if (opened.isOpen) tell('group-message', { message: { data } })
        },
        cut() {
          if (!opened.isOpen) return
          opened.isOpen = false
          tell('disconnected')
          void connect()
        },
      }
      const connect = async () => {
        await wait(random() * 40)
        try {
          await accessUrl()
        } catch {
          return void setTimeout(() => void connect(), 20)
        }
        opened.isOpen = true
        tell('connected')
      }
      network.devices.add(opened)
      device.current = opened
      return {
        on: (name: string, listener: (event?: any) => void) => {
          listeners[name] = [...(listeners[name] ?? []), listener]
        },
        start: async () => void connect(),
        stop: () => {
          opened.isOpen = false
          network.devices.delete(opened)
        },
        sendEvent: async () => {},
      } as LiveSocket
    }
    const browser = { signedIn: person }
    const clientOf = (signedIn: () => ChatPerson) =>
      createClient({
        baseUrl: origin,
        locks: null,
        notes: null,
        pause: wait,
        fetch: async (input, init) => {
          const node = await anyNode()
          const headers = new Headers(init?.headers)
          headers.set('authorization', `Bearer ${signedIn().accessToken}`)
          const response = await node.send(String(input), { ...init, headers })
          if (chance(0.01)) throw new Error('the answer was lost')
          return response
        },
      })
    const client = clientOf(() => person)
    const tabs = openTabs(
      person,
      mine,
      clientOf(() => browser.signedIn),
      client,
    )
    const live = createLiveChat({
      client,
      openSocket,
      outbox: tabs,
      random,
      gapWaitMs: 30,
      tailCheckMs: 1_000,
      onEvent(event) {
        events[event.event].schema.parse(event)
        if (!('seq' in event) || event.seq === undefined) return
        const isNew = event.event === 'message.new'
        const of = isNew ? String(event.data.clientMessageId) : ''
        if (isNew) expect(event.data.senderId).toBe(written.get(of)?.senderId)
        applied.get(event.conversationId)?.push({ seq: event.seq, event: event.event, of })
      },
      onReload: (conversationId, reason) => {
        throw new Error(`${conversationId} cannot be continued: ${reason}`)
      },
    })
    return { person, mine, applied, live, tabs, browser }
  })
  for (const { live, mine } of clients) {
    live.start()
    for (const { id } of mine) live.follow(id, 0)
  }

  const cutting = setInterval(() => network.cutOne(), 25)
  const cacheCutting = setInterval(() => {
    isCacheCut = chance(0.3)
  }, 200)
  let left = messageCount
  await Promise.all(
    clients.map(async ({ tabs, browser, person }) => {
      await tabs.start()
      for (let turn = 0; left-- > 0; turn++) {
        tabs.write(turn)
        while ((await tabs.waitingIn()) > 6) await wait(2)
        if (chance(0.02)) await tabs.reload(turn % 2)
        if (chance(0.01)) {
          // Somebody else signs in through a third tab for a while; now and then the others stop in time.
          if (chance(0.3)) tabs.stop()
          browser.signedIn = pick(people)
          tabs.write(++turn)
          await wait(10)
          browser.signedIn = person
          await tabs.start()
        }
      }
      while ((await tabs.waitingIn()) > 0) {
        await wait(20)
        await tabs.start()
      }
    }),
  )
  // What is being changed still has its number to come.
  while (changing.size > 0) await Promise.all(changing)
  clearInterval(cutting)
  clearInterval(cacheCutting)
  isCacheCut = false
  isOver = true

  const heads = new Map<string, number>()
  for (const { id } of groups) {
    const head = await documents.read(messages, { partition: id, id: 'head' })
    heads.set(id, head?.value.seq ?? 0)
  }
  const isThere = () =>
    clients.every(({ live, mine }) => mine.every(({ id }) => live.positionIn(id) === heads.get(id)))
  for (let waited = 0; !isThere() && waited < 30_000; waited += 50) await wait(50)
  await wait(100)

  expect(kills).toBeGreaterThan(5)
  for (const count of Object.values(network.counts)) expect(count).toBeGreaterThan(100)
  for (const { id, members } of groups) {
    const [truth, ...others] = clients
      .filter(({ person }) => members.includes(person))
      .map(({ applied }) => applied.get(id) ?? [])
    const numbers = truth?.map(({ seq }) => seq)
    expect(numbers).toEqual(Array.from({ length: heads.get(id) ?? 0 }, (_, i) => i + 1))
    for (const other of others) {
      expect(other.map(({ seq, of }) => `${seq} ${of}`)).toEqual(truth?.map(({ seq, of }) => `${seq} ${of}`))
    }
    const arrived = truth?.filter(({ event }) => event === 'message.new').map(({ of }) => of) ?? []
    expect(new Set(arrived).size).toBe(arrived.length)
    const wanted = [...written].filter(([, { conversationId }]) => conversationId === id).map(([of]) => of)
    expect(new Set(arrived)).toEqual(new Set(wanted))
    const turns = new Map<string, number>()
    for (const of of arrived) {
      const { senderId, tab, turn } = written.get(of) as Written
      expect(turn).toBeGreaterThan(turns.get(`${senderId} ${tab}`) ?? -1)
      turns.set(`${senderId} ${tab}`, turn)
    }
  }
  expect(mismatches).toBeGreaterThan(5)
  expect(reloads).toBeGreaterThan(20)
  for (const { tabs } of clients) tabs.stop()
  for (const { live } of clients) live.stop()
  for (const node of nodes) node.stop()
  database.close()
  console.info('chaos', {
    kills,
    mismatches,
    reloads,
    ...network.counts,
    ms: Math.round(performance.now() - startedAt),
  })
})
