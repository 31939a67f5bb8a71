import type { AzureSqlDatabase } from './database.ts'

const nameOf = /^[A-Za-z][\w-]{0,127}$/
const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

/** As SQL Server keeps it: of a UUID the first three parts are turned around, byte by byte. */
function bytesOf(clientId: string): string {
  const [a = '', b = '', c = '', ...rest] = clientId.toLowerCase().split('-')
  const turned = [a, b, c].map((part) => (part.match(/../g) ?? []).toReversed().join(''))
  return `0x${[...turned, ...rest].join('')}`
}

/**
 * Statements that make the identity a user of the database, and a member of the role that may do what the program does. By
 * its number, so that the server has no directory to ask, which takes a right of its own. One that was made anew under the
 * same name replaces the old one. Throws `TypeError` for what is no name or no UUID: neither can be a parameter here.
 */
export function statementsThatLetIn(name: string, clientId: string): readonly string[] {
  if (!nameOf.test(name)) throw new TypeError('the name of the identity must be letters, digits, _ and -')
  if (!uuid.test(clientId)) throw new TypeError('the client id of the identity must be a UUID')
  const sid = bytesOf(clientId)
  return [
    `if exists (select 1 from sys.database_principals where name = '${name}' and sid <> ${sid})
       drop user [${name}]`,
    `if database_principal_id('${name}') is null
       create user [${name}] with sid = ${sid}, type = E`,
    `alter role tools_inc_api add member [${name}]`,
  ]
}

/** Lets the identity use the tables. Safe to run again. Throws `PortUnavailable`, and `TypeError` as above. */
export async function letIn(database: AzureSqlDatabase, name: string, clientId: string): Promise<void> {
  for (const statement of statementsThatLetIn(name, clientId)) await database.run('members', statement, {})
}
