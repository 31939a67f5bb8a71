/** For how long an answer is kept for a request that is repeated. */
export const keptMs = 24 * 60 * 60_000
