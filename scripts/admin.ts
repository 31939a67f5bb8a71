import { reportFailedStart } from '../entry/failed-start.ts'
import { createNodeNative } from '../entry/native-node.ts'
import { wire } from '../entry/wire.ts'
import { createApp } from '../src/app/create-app.ts'
import { readConfig } from '../src/config/config.ts'
import type { Appointment } from '../src/core/people/administration/appoint.ts'

/*
 * Who administers this. Works on the stores that the settings name, also in production and while servers run; each
 * change is a row of the audit log.
 */

const usage = `npm run admin -- list
npm run admin -- grant <address>
npm run admin -- revoke <address>`

const unchanged: Readonly<Record<Exclude<Appointment, 'done'>, string>> = {
  already: 'Nothing to do: it is so already.',
  no_address: 'This is not an e-mail address.',
  no_account: 'There is no account with this address. Sign up with it first, like anybody else.',
  closing: 'This account is about to be erased. Its owner takes that back with the receipt from the mail.',
  suspended:
    'This account is suspended. Another administrator makes it active again, or grant another account.',
  unverified:
    'Nobody has proved to read the mailbox of this account. Sign in, have the mail sent again, and confirm the address.',
  no_way_in: 'Nobody can sign in to this account yet. Choose a password by “forgot password” first.',
}

const [verb, address, ...more] = process.argv.slice(2)
const isKnown =
  (verb === 'list' && address === undefined) || (['grant', 'revoke'].includes(verb ?? '') && address)

async function run(): Promise<void> {
  const { config, secrets } = readConfig(process.env)
  if (config.documents.kind === 'memory') {
    console.error('DOCUMENTS=memory is gone when this command ends, and no server sees it.')
    process.exitCode = 1
    return
  }
  const { ports, defer, close } = await wire(config, secrets, createNodeNative(config))
  const { administrators } = createApp(ports, config.app).administration
  try {
    if (verb === 'list') {
      const found = await administrators.list()
      for (const { email, name, hasSecondFactor, lastLoginAt } of found)
        console.log(
          [email, name, hasSecondFactor ? 'second factor' : 'no second factor', lastLoginAt ?? 'never'].join(
            '\t',
          ),
        )
      if (found.length === 0) console.log('Nobody. npm run admin -- grant <address>')
      return
    }
    const outcome = await administrators[verb === 'grant' ? 'grant' : 'revoke'](address ?? '')
    if (outcome !== 'done') {
      console.error(unchanged[outcome])
      process.exitCode = outcome === 'already' ? 0 : 1
      return
    }
    console.log(
      verb === 'revoke'
        ? 'Not an administrator any more. Every device of theirs is signed out.'
        : `An administrator now. Every device of theirs is signed out: they sign in again${
            config.app.auth.isSecondFactorForced ? ', and set up a second factor before anything else' : ''
          }.`,
    )
  } finally {
    await defer.settled()
    await close()
  }
}

if (!isKnown || more.length > 0) {
  console.error(usage)
  process.exitCode = 1
} else
  try {
    await run()
  } catch (error) {
    reportFailedStart(error)
  }
