const daySeconds = 86_400

/** Seconds from now, of both forms of RFC 9110, 10.2.3; null for neither. */
export function retryAfterSeconds(text: string | null, nowMs: number): number | null {
  if (text === null) return null
  const seconds = /^\d{1,9}$/.test(text.trim()) ? Number(text) : Math.ceil((Date.parse(text) - nowMs) / 1_000)
  return Number.isNaN(seconds) ? null : Math.min(Math.max(seconds, 0), daySeconds)
}
