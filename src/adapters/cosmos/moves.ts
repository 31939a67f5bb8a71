import type { Container } from '@azure/cosmos'
import { itemIdOf } from './items.ts'
import { partitionField } from './layout.ts'

/*
 * How far a collection has been moved out of the container that it had alone (ADR 74). It is written down in the container that it
 * shares now, in a partition that no collection has.
 */

const partition = '_move'

export interface Move {
  readonly id: string
  readonly [partitionField]: typeof partition
  readonly state: 'moving' | 'moved'
  /** Who moves it, and until when nobody else may, in milliseconds since the epoch. */
  readonly holder: string
  readonly until: number
}

export interface StoredMove extends Move {
  readonly _etag: string
  /** By the clock of the service, in seconds. */
  readonly _ts: number
}

export const moveOf = (name: string, move: Pick<Move, 'state' | 'holder' | 'until'>): Move => ({
  id: itemIdOf(name),
  [partitionField]: partition,
  ...move,
})

export const moveIn = (container: Container, name: string) => container.item(itemIdOf(name), partition)
