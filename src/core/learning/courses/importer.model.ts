import type { ErrorDetail } from '../../kernel/errors.ts'
import { inEnglish } from '../../kernel/messages/said.ts'
import type { Author } from './author-courses.ts'

/** Belongs to nobody: only admins change what was imported. */
export const importer: Author = { userId: '00000000-0000-0000-0000-000000000000', role: 'admin' }

/** The same id for the same key, in the shape of a UUID (version 8). */
export async function importedId(...keys: readonly string[]): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify(['imported course', ...keys]))
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', text), 0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** What is wrong with a row, in English: reports of imports are kept, and read by staff. */
export interface ImportProblem extends Omit<ErrorDetail, 'message'> {
  readonly message: string
}

export const asImportProblem = ({ path, code, message }: ErrorDetail): ImportProblem => ({
  path,
  code,
  message: inEnglish(message),
})
