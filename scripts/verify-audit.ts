import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { reportFailedStart } from '../entry/failed-start.ts'
import { createNodeNative } from '../entry/native-node.ts'
import { wire } from '../entry/wire.ts'
import { InvalidConfiguration, readConfig } from '../src/config/config.ts'
import { readAnchors } from '../src/core/platform/audit/anchors.ts'
import { type AuditDamage, headText, type KeptHead } from '../src/ports/audit.ts'
import type { Ports } from '../src/ports/ports.ts'

/*
 * Recomputes the chain of the audit log and names what is wrong with it, and where. Prints the newest record of each
 * month: keep that elsewhere, and give it back with `--against <file>`, to find what was cut off the end. `--against
 * anchors` compares with what AUDIT_ANCHORS keeps; a file may also be the log of the program. Ends with 1 when something
 * is wrong.
 */

const placeOf = ({ partition, sequence }: AuditDamage): string =>
  [partition && `partition ${partition}`, sequence !== null && `sequence ${sequence}`]
    .filter((part) => part)
    .join(', ') || 'the table itself'

async function headsIn(against: string, { auditAnchors, auditKeys }: Ports): Promise<readonly KeptHead[]> {
  if (against !== 'anchors') return readAnchors(await readFile(against, 'utf8'), auditKeys)
  if (!auditAnchors)
    throw new InvalidConfiguration(['AUDIT_ANCHORS is not set: there is nothing to compare with'])
  const found: KeptHead[] = []
  for await (const text of auditAnchors.texts()) found.push(...(await readAnchors(text, auditKeys)))
  return found
}

try {
  const { values } = parseArgs({ options: { against: { type: 'string' } } })
  const { config, secrets } = readConfig(process.env)
  const { ports, close } = await wire(config, secrets, createNodeNative(config))
  const kept = values.against === undefined ? undefined : await headsIn(values.against, ports)
  if (kept?.length === 0) throw new Error(`there are no heads in ${values.against}`)
  const { intact, records, heads, damages } = await ports.audit.verify(kept)
  await close()
  if (intact) {
    console.log(`intact: ${records} rows${kept ? `, and all of ${kept.length} heads that were kept` : ''}`)
    for (const head of heads) console.log(headText(head))
  } else {
    console.error('broken:')
    for (const damage of damages) console.error(`${damage.kind.replaceAll('_', ' ')}: ${placeOf(damage)}`)
    process.exitCode = 1
  }
} catch (error) {
  reportFailedStart(error)
}
