import { type LiveSocket, socketOptions } from './connection.ts'

type Listening = Parameters<LiveSocket['on']>

/**
 * Opens connections whose code is loaded when the first one is opened: nothing that is seen first needs it. Where it cannot
 * be loaded the connection has failed, and another one is tried later. `addressOf`: where the address that was given leads
 * from here.
 */
export const createOpenSocket =
  (addressOf: (url: string) => string = (url) => url) =>
  (accessUrl: () => Promise<string>): LiveSocket => {
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
          { getClientAccessUrl: async () => addressOf(await accessUrl()) },
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
