import type { FinishedStep } from '../../ports/finished-traces.ts'

/** Chance is told in so many parts, as OpenTelemetry tells it in four hexadecimal digits. */
const parts = 0x1_0000

export interface Sampling {
  /** Whether a trace that begins now is kept when it goes well. */
  isPicked(): boolean
  /** How many traces one with this first step stands for; 0: it is not kept. */
  standsFor(first: Pick<FinishedStep, 'failure' | 'durationMs'>, isPicked: boolean): number
}

/**
 * What failed, and what took longer than `slowMs`, is kept and stands for itself. Of the others a share of `rate` (0 to
 * 1) is kept, and each stands for as many as there are for one of these, so that counts are right.
 */
export function createSampling({
  rate,
  slowMs,
  random,
}: {
  readonly rate: number
  readonly slowMs: number
  /** At least 0, below 1. */
  readonly random: () => number
}): Sampling {
  const kept = Math.round(Math.min(1, Math.max(0, rate)) * parts)
  const standsFor = kept === 0 ? 0 : parts / kept
  return {
    isPicked: () => random() * parts < kept,
    standsFor({ failure, durationMs }, isPicked) {
      if (failure !== null || durationMs > slowMs) return 1
      return isPicked ? standsFor : 0
    },
  }
}
