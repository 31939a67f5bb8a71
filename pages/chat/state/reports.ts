import { ask } from '../../base/api/ask.ts'
import { v1 } from '../../base/api/client.ts'
import type { Message } from '../api/shapes.ts'

export const reasons = [
  ['harassment', 'Harassment or bullying'],
  ['threat', 'A threat'],
  ['hate', 'Hate against a group of people'],
  ['sexual', 'Sexual content'],
  ['self_harm', 'Somebody may hurt themselves'],
  ['private_information', 'Somebody’s private information'],
  ['spam', 'Advertising or fraud'],
  ['other', 'Something else'],
] as const
export type Reason = (typeof reasons)[number][0]

export const reportMessage = ({ id }: Pick<Message, 'id'>, reason: Reason, note: string) =>
  ask(v1.messages[':id'].reports.$post({ param: { id }, json: { reason, ...(note ? { note } : {}) } }))
