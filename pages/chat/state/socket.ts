import { type LiveSocket, socketOptions } from '../../../src/client/connection.ts'
import { hereOf } from '../../base/api/addresses.ts'

type Listening = Parameters<LiveSocket['on']>

/**
 * A connection whose code is loaded when it is opened: it is a third of the page, and nothing that is seen first needs it.
 * Where it cannot be loaded the connection has failed, and another one is tried later.
 */
export function openSocket(accessUrl: () => Promise<string>): LiveSocket {
  const listening: Listening[] = []
  let socket: LiveSocket | undefined
  let isStopped = false
  return {
    on(...listener: Listening) {
      listening.push(listener)
      ;(socket?.on as ((...values: Listening) => void) | undefined)?.(...listener)
    },
    async start() {
      const { WebPubSubClient } = await import('@azure/web-pubsub-client')
      if (isStopped) return
      socket = new WebPubSubClient(
        { getClientAccessUrl: async () => hereOf(await accessUrl()) },
        socketOptions,
      ) as unknown as LiveSocket
      for (const listener of listening) (socket.on as (...values: Listening) => void)(...listener)
      await socket.start()
    },
    stop() {
      isStopped = true
      socket?.stop()
    },
    async sendEvent(...sent) {
      if (!socket) throw new Error('There is no connection yet.')
      return socket.sendEvent(...sent)
    },
  } as LiveSocket
}
