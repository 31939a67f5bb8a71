/** What a question answers, unless that takes longer than `patienceMs`: then it throws, and nobody waits for the rest. */
export function answerInTime<T>(question: () => Promise<T>, patienceMs: number): Promise<T> {
  const silence = AbortSignal.timeout(patienceMs)
  return Promise.race([
    question(),
    new Promise<never>((_, reject) =>
      silence.addEventListener('abort', () => reject(new Error(`no answer in ${patienceMs} ms`))),
    ),
  ])
}
