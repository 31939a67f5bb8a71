import { collections } from '../../src/app/domains.ts'
import { deferredTasks } from '../../src/ports/defer.ts'
import type { AnyCollection } from '../../src/ports/documents.ts'
import { type ObservedPort, observedMethods, type PortStep } from '../../src/ports/observed-ports.ts'
import type { Ports } from '../../src/ports/ports.ts'
import type { Telemetry } from '../../src/ports/telemetry.ts'
import { closedSet, type Facts, type System } from '../../src/ports/telemetry-facts.ts'
import type { Systems } from './systems.ts'

const collectionName = closedSet(() => collections.map(({ name }) => name))
const taskName = closedSet(() => deferredTasks)

const databases: readonly ObservedPort[] = [
  'audit',
  'cache',
  'documents',
  'mailQueue',
  'messageSearch',
  'submissions',
]

type Observed = ReturnType<Telemetry['repeated']>

/** Each collection says something else, and the same each time. */
function byCollection(step: PortStep, said: Facts, telemetry: Telemetry): (collection: unknown) => Observed {
  const known = new WeakMap<object, Observed>()
  const other = telemetry.repeated(step, { ...said, 'db.collection.name': collectionName(undefined) })
  return (collection) => {
    if (typeof collection !== 'object' || collection === null) return other
    let observed = known.get(collection)
    if (!observed) {
      const name = collectionName((collection as AnyCollection).name)
      observed = telemetry.repeated(step, { ...said, 'db.collection.name': name })
      known.set(collection, observed)
    }
    return observed
  }
}

type Method = (...given: readonly unknown[]) => Promise<unknown>
type Methods = Readonly<Record<string, Method | undefined>>

function observedMethod(
  name: ObservedPort,
  step: PortStep,
  method: Method,
  system: System | undefined,
  telemetry: Telemetry,
): Method {
  const said: Facts = databases.includes(name)
    ? { 'db.operation.name': step, ...(system && { 'db.system.name': system }) }
    : { 'app.operation': step, ...(system && { 'app.system': system }) }
  if (name !== 'documents') {
    const observed = telemetry.repeated(step, said)
    return (...given) => observed(method, ...given)
  }
  const observedOf = byCollection(step, said, telemetry)
  return (...given) => observedOf(given[0])(method, ...given)
}

/** The same port; each of its calls is a step. */
function observedPort<P extends object>(
  name: ObservedPort,
  port: P,
  system: System | undefined,
  telemetry: Telemetry,
): P {
  const methods = port as Methods
  const observed = Object.keys(observedMethods[name]).flatMap((key) => {
    const method = methods[key]
    return method
      ? [[key, observedMethod(name, `${name}.${key}` as PortStep, method, system, telemetry)] as const]
      : []
  })
  return { ...port, ...Object.fromEntries(observed) }
}

/** All that go on with work later, or elsewhere, go on with its trace. */
function carrying({ defer, realtime }: Pick<Ports, 'defer' | 'realtime'>, telemetry: Telemetry) {
  return {
    defer: {
      run(name, task, options) {
        const from = telemetry.context()
        const facts = { 'app.task.name': taskName(name) }
        defer.run(name, () => telemetry.trace('deferred', facts, { from }, task), options)
      },
    } satisfies Ports['defer'],
    realtime: {
      ...realtime,
      publish(group, message, options) {
        const traceparent = telemetry.context()
        return realtime.publish(group, traceparent === null ? message : { ...message, traceparent }, options)
      },
    } satisfies Ports['realtime'],
  }
}

/** A cache in the memory of this process answers in less time than it takes to note that it did. */
const isWorthIt = (name: ObservedPort, systems: Systems): boolean =>
  name !== 'cache' || systems.cache !== 'memory'

/** Every port that is worth it, observed by one mechanism. Where nobody looks they are left as they are. */
export function observedPorts(ports: Ports, telemetry: Telemetry, systems: Systems): Ports {
  if (!telemetry.isOn) return ports
  const all: Ports = { ...ports, ...carrying(ports, telemetry) }
  const observed = Object.keys(observedMethods).flatMap((key) => {
    const name = key as ObservedPort
    const port = all[name]
    return port === null || !isWorthIt(name, systems)
      ? []
      : [[name, observedPort(name, port, systems[name], telemetry)] as const]
  })
  return { ...all, ...Object.fromEntries(observed) }
}
