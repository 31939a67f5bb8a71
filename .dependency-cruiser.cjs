const packages = (...names) => `(^|/)node_modules/(${names.join('|')})/`
const tests = '\\.test\\.ts$'

/** Files in `from` may use only what matches `allowed`. */
const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from, pathNot: tests },
  to: { pathNot: allowed },
})

const nodeOnlyAdapters =
  '^src/adapters/(sqlite|azure-sql|filesystem|node|argon2-native|web-pubsub-local|sharp|libheif|clamav|azure-functions)/'

/** workerd has `node:crypto` too (`nodejs_compat` in wrangler.toml), and nothing else that works at once. */
const nodeCryptoAdapters = '^src/adapters/node-crypto/'

/** The wings of the core, each with those it stands on. Every wing may use `kernel`. */
const wings = {
  kernel: [],
  platform: [],
  accounts: ['platform'],
  notifications: ['platform', 'accounts'],
  files: ['platform', 'accounts', 'notifications'],
  learning: ['platform', 'accounts', 'notifications', 'files'],
  forms: ['platform', 'accounts', 'notifications', 'files'],
  messaging: ['platform', 'accounts', 'notifications', 'files', 'learning'],
  people: ['platform', 'accounts', 'notifications', 'learning'],
  privacy: ['platform', 'accounts', 'notifications', 'files'],
  staff: ['platform', 'accounts', 'notifications', 'files', 'learning', 'forms', 'messaging', 'people'],
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    only('ports-stand-alone', '^src/ports/', ['^src/ports/'], 'A port is a promise. It knows nobody.'),
    only(
      'dialects-know-ports',
      '^src/dialects/',
      ['^src/dialects/', '^src/ports/'],
      'What several technologies speak alike belongs to none of their SDKs.',
    ),
    only(
      'core-knows-ports',
      '^src/core/',
      ['^src/core/', '^src/ports/', packages('zod', 'libphonenumber-js')],
      'Business rules see ports, each other and the schema library.',
    ),
    only(
      'http-knows-core',
      '^src/http/',
      ['^src/http/', '^src/core/', packages('hono', 'zod', '@hono/zod-openapi', 'ipaddr\\.js')],
      'The HTTP vocabulary never touches a port.',
    ),
    only(
      'routes-know-core-and-http',
      '^src/routes/',
      ['^src/routes/', '^src/http/', '^src/core/', packages('hono', 'zod', '@hono/zod-openapi')],
      'Routes call use cases; they never touch a port or an adapter.',
    ),
    only(
      'app-assembles',
      '^src/app/',
      ['^src/(app|core|http|ports|routes)/', packages('hono', '@hono/zod-openapi')],
      'The app is built from ports it is given.',
    ),
    only(
      'config-reads-values',
      '^src/config/',
      [
        '^src/config/',
        '^src/(?:ports/email-address|ports/push-endpoint|core/kernel/sites|core/platform/mail/mailed-pages\\.model)\\.ts$',
        packages('zod', 'ipaddr\\.js'),
      ],
      'Configuration is text turned into values; it knows no part of the app.',
    ),
    only(
      'client-knows-types',
      '^src/client/',
      [
        '^src/client/',
        '^src/app/create-app\\.ts$',
        packages('hono', 'idb', 'react', '@types/react', '@azure/web-pubsub-client'),
      ],
      'The client takes the types of the app, and what a browser can be given.',
    ),
    {
      name: 'client-imports-only-types-of-the-app',
      severity: 'error',
      comment: 'No server code may reach a browser.',
      from: { path: '^src/client/', pathNot: tests },
      to: { path: '^src/app/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'adapter-knows-its-port',
      severity: 'error',
      comment: 'An adapter implements ports. It does not know the core, the routes, or another adapter.',
      from: { path: '^src/adapters/([^/]+)/', pathNot: tests },
      to: { path: '^(src|entry|test)/', pathNot: ['^src/adapters/$1/', '^src/dialects/', '^src/ports/'] },
    },
    {
      name: 'domain-keeps-to-itself',
      severity: 'error',
      comment: 'One domain uses another only through its face, <domain>.ts, or its models, *.model.ts.',
      from: { path: '^src/core/(.+)/[^/]+$', pathNot: tests },
      to: {
        path: '^src/core/',
        pathNot: ['^src/core/$1/[^/]+$', '^src/core/kernel/', '/([^/]+)/\\1\\.ts$', '\\.model\\.ts$'],
      },
    },
    ...Object.entries(wings).map(([wing, below]) => ({
      name: `wing-${wing}`,
      severity: 'error',
      comment: `It stands on ${['kernel', ...below].join(', ')}. What it needs from above is asked by an event or a question.`,
      from: { path: `^src/core/${wing}/`, pathNot: tests },
      to: { path: '^src/core/', pathNot: `^src/core/(${['kernel', wing, ...below].join('|')})/` },
    })),
    {
      name: 'core-has-no-other-wings',
      severity: 'error',
      comment: 'A new wing is named among the wings, with what it stands on.',
      from: { path: '^src/(?!core/)', pathNot: tests },
      to: { path: '^src/core/', pathNot: `^src/core/(${Object.keys(wings).join('|')})/` },
    },
    {
      name: 'no-node-in-portable-code',
      severity: 'error',
      comment: 'Node built-ins stay in entry/, tests and adapters that are for Node alone.',
      from: { path: '^src/', pathNot: [nodeOnlyAdapters, nodeCryptoAdapters, tests] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'not-to-tests',
      severity: 'error',
      from: { path: '^(src|entry)/', pathNot: tests },
      to: { path: ['^test/', tests] },
    },
    {
      name: 'worker-without-node',
      severity: 'error',
      comment: 'workerd has no SQLite and no native addons; a driver over TCP would send its login in clear.',
      from: { path: '^entry/worker\\.ts$' },
      to: {
        path: [nodeOnlyAdapters, '^src/adapters/(redis|key-vault)/', packages('tedious', 'mssql')],
        reachable: true,
      },
    },
    { name: 'nothing-imports-entry', severity: 'error', from: { path: '^src/' }, to: { path: '^entry/' } },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Types included: two files that need each other are one, or three.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'A worker is a script of its own: browsers load it, and nothing imports it.',
      from: { orphan: true, path: '^src/', pathNot: ['\\.d\\.ts$', '^src/client/worker\\.ts$'] },
      to: {},
    },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      from: { path: '^(src|entry)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown'], pathNot: '^cloudflare:' },
    },
    {
      name: 'no-development-packages',
      severity: 'error',
      comment: 'They are not there in production.',
      // What the client needs comes with it, or is the front end's own; it is no part of the server.
      from: { path: '^(src|entry)/', pathNot: [tests, '^src/client/(react|socket)\\.ts$'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
}
