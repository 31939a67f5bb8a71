const lineEveryMs = 5_000
const redrawnEveryMs = 200

/** How far it is: one line that is drawn again on a terminal, a line now and then anywhere else. */
export function createProgress(
  stream: { readonly isTTY?: boolean; write(text: string): unknown },
  now: () => number,
) {
  const isTerminal = stream.isTTY === true
  const startedAtMs = now()
  let shownAtMs = Number.NEGATIVE_INFINITY
  let isLineOpen = false
  return {
    show(stage: string, done: number, total: number): void {
      const ms = now()
      const isEnd = done >= total
      if (!isEnd && ms - shownAtMs < (isTerminal ? redrawnEveryMs : lineEveryMs)) return
      shownAtMs = ms
      const seconds = Math.round((ms - startedAtMs) / 1000)
      const line = `${stage}: ${done} of ${total}, after ${seconds} s`
      stream.write(isTerminal && !isEnd ? `\r\u001b[K${line}` : `${isTerminal ? '\r\u001b[K' : ''}${line}\n`)
      isLineOpen = isTerminal && !isEnd
    },
    end(): void {
      if (isLineOpen) stream.write('\n')
      isLineOpen = false
    },
  }
}
