import type { ChatPerson } from '../chat-person.ts'
import type { ApiPerson, ChatServer } from '../chat-server.ts'

/** What is there to be looked at: a server with demonstration data, and an administrator who does things by the API. */
export interface ConsoleWorld {
  readonly server: ChatServer
  readonly admin: ApiPerson
}

/** One state of a screen that somebody looks at. */
export interface ConsoleState {
  /** `<screen>` or `<screen>-<what>`: the name of its picture. */
  readonly name: string
  readonly as: 'admin' | 'mentor' | 'nobody'
  /** Makes by the API what is to be seen. */
  readonly prepare?: (world: ConsoleWorld) => Promise<void>
  /** From the console, signed in, to the state. */
  readonly reach: (person: ChatPerson, world: ConsoleWorld) => Promise<void>
}
