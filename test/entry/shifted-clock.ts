/* Imported before a program: its clock is wrong by CLOCK_SHIFT_MS. */

const shiftMs = Number(process.env['CLOCK_SHIFT_MS'] ?? 0)
const RealDate = Date
const now = () => RealDate.now() + shiftMs

globalThis.Date = new Proxy(RealDate, {
  construct: (target, values, newTarget) =>
    Reflect.construct(
      target,
      values.length === 0 ? [now()] : values,
      newTarget === globalThis.Date ? target : newTarget,
    ),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
})
