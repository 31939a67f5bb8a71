declare const ours: unique symbol

/**
 * Where work belongs, to go on with it elsewhere: W3C Trace Context, version 00, 55 characters. It was made here, so
 * that what it says may be gone on with. Its last two digits say whether the trace is one of those that are kept by
 * chance.
 */
export type TraceParent = string & { readonly [ours]: true }

/** The parts of a `traceparent`, whoever wrote it. */
export interface ReadTraceParent {
  readonly traceId: string
  readonly spanId: string
  readonly isPicked: boolean
}

/** Version 00 and nothing after it, or a later one; no id of zeros. */
const pattern =
  /^(?:00(?=.{53}$)|(?!00|ff)[\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-|$)/

/** Null for what is none. Whoever sent it may have written anything: ids, and whether it is to be kept. */
export function readTraceParent(text: string | null | undefined): ReadTraceParent | null {
  if (!text) return null
  const [, traceId, spanId, flags] = pattern.exec(text) ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return null
  return { traceId, spanId, isPicked: (Number.parseInt(flags, 16) & 1) === 1 }
}

export const writeTraceParent = ({ traceId, spanId, isPicked }: ReadTraceParent): TraceParent =>
  `00-${traceId}-${spanId}-${isPicked ? '01' : '00'}` as TraceParent

/**
 * What was written here and kept where nobody else writes: sealed, or in a store of ours. Null for what is none. A
 * header is never that.
 */
export const ownTraceParent = (kept: string | null | undefined): TraceParent | null => {
  const read = readTraceParent(kept)
  return read && writeTraceParent(read)
}
