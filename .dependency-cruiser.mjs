// Who may import whom. Each rule has a planted violation below test/architecture/illegal, or the check fails.
const SERVER = '^apps/server/src/';
const STORE = '/[^/]*\\bstore\\.ts$';
const ROUTES = '/[^/]*\\broutes\\.ts$';
const RULES = '/[^/]*\\brules\\.ts$';
const TEST = '\\.(test|fixture)\\.tsx?$';
const DATABASE = '(^|/)node_modules/(kysely|pg|better-sqlite3)/';
const WEB_SERVER = '(^|/)node_modules/(fastify|@fastify/[^/]+)/';

/** Packages without clock, randomness or effects of their own: rules may use them. */
const PURE_PACKAGES = '(^|/)node_modules/(libphonenumber-js)/';

const forbidden = [
  {
    name: 'no-cycles',
    comment: 'Two files that need each other are one thing, or one too many.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'imports-exist',
    comment: 'What cannot be found cannot be judged.',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'store-is-private',
    comment: "A folder calls another's use case, never its store.",
    from: { path: `${SERVER}([^/]+)`, pathNot: TEST },
    to: { path: `${SERVER}[^/]+${STORE}`, pathNot: `${SERVER}$1/` },
  },
  {
    name: 'store-knows-the-database-alone',
    comment: 'A store takes values from db/ and its own folder; from elsewhere types at most.',
    from: { path: `${SERVER}([^/]+)${STORE}` },
    to: { path: SERVER, pathNot: [`${SERVER}(db|$1)/`, RULES], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'routes-only-from-app',
    comment: 'Routes are wired up in app.ts; no use case knows them.',
    from: { path: SERVER, pathNot: [`${SERVER}app\\.ts$`, TEST] },
    to: { path: `${SERVER}[^/]+${ROUTES}` },
  },
  {
    name: 'rules-are-pure',
    comment: 'Rules are given their world: no database, no web server, no store, no routes.',
    from: { path: `${SERVER}[^/]+${RULES}` },
    to: { path: [DATABASE, WEB_SERVER, `${SERVER}[^/]+${STORE}`, ROUTES, `${SERVER}(db|http)/`] },
  },
  {
    name: 'rules-use-no-built-ins',
    comment: "Of Node's modules and of npm's, rules take types and pure packages.",
    from: { path: `${SERVER}[^/]+${RULES}` },
    to: {
      dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-no-pkg'],
      dependencyTypesNot: ['type-only'],
      pathNot: PURE_PACKAGES,
    },
  },
  {
    name: 'sql-only-in-stores',
    comment: 'The store is the only file of a folder that knows SQL.',
    from: { path: SERVER, pathNot: [`${SERVER}db/`, `${SERVER}[^/]+${STORE}`, TEST] },
    to: { path: DATABASE },
  },
  {
    name: 'fastify-only-at-the-edge',
    comment: 'Routes, http/ and app.ts speak HTTP; everything else is called with values.',
    from: { path: SERVER, pathNot: [`${SERVER}(http/|app\\.ts$)`, ROUTES, TEST] },
    to: { path: WEB_SERVER },
  },
  {
    name: 'apps-stand-alone',
    comment: 'Apps share packages and the wire, never each other.',
    from: { path: '^apps/([^/]+)/' },
    to: { path: '^(apps|examples|bench)/', pathNot: '^apps/$1/' },
  },
  {
    name: 'packages-know-no-app',
    comment: 'A package is used by apps and does not use them.',
    from: { path: '^packages/' },
    to: { path: '^(apps|examples|bench|test)/', pathNot: '^test/support/' },
  },
  {
    name: 'otp-is-pure',
    comment: 'The arithmetic runs in every browser and server: it imports nothing at all.',
    from: { path: '^packages/otp/src/', pathNot: TEST },
    to: { pathNot: '^packages/otp/src/' },
  },
  {
    name: 'examples-use-the-sdk-only',
    comment: 'The sample LMS is what a customer could write: the SDK and nothing else of ours.',
    from: { path: '^examples/', pathNot: TEST },
    to: { path: '^(apps|packages|bench|test)/', pathNot: '^packages/lms-sdk/(src/index\\.ts|dist/)' },
  },
  {
    name: 'browsers-take-types-of-the-wire',
    comment: 'The schemas of @motp/protocol bring TypeBox along: too heavy for a page.',
    from: { path: ['^apps/web/src/', '^packages/lms-sdk/src/browser/'], pathNot: TEST },
    to: { path: '^packages/protocol/', dependencyTypesNot: ['type-only'] },
  },
];

export const config = {
  forbidden: forbidden.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: {
      path: [
        '^(apps|packages|examples|bench)/[^/]+/dist/',
        '^bench/dist/',
        '^test/architecture/illegal/',
        '\\.json$',
        '^virtual:',
      ],
    },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['motp-source', 'types', 'import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.d.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
