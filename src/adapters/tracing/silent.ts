import type { Step, Telemetry } from '../../ports/telemetry.ts'

const unseen: Step = { set() {}, fail() {} }

/** Where nobody looks. */
export const silentTelemetry: Telemetry = {
  isOn: false,
  trace: (_name, _facts, _origin, work) => work(unseen),
  step: (_name, _facts, work) => work(unseen),
  repeated:
    () =>
    (work, ...given) =>
      work(...given),
  context: () => null,
  traceId: () => null,
  count() {},
  measure() {},
  gauge() {},
  flush: async () => {},
}
