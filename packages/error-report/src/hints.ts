interface Symptom {
  /** Its codes, such as a Node.js error code and an SQLSTATE. */
  codes: readonly (string | undefined)[]
  message: string
}

type Hint = [matches: (symptom: Symptom) => boolean, advice: string]

const code =
  (...codes: string[]) =>
  (symptom: Symptom) =>
    symptom.codes.some(known => known !== undefined && codes.includes(known))

const says = (pattern: RegExp) => (symptom: Symptom) => pattern.test(symptom.message)

/** What usually helps. The first match counts. */
const HINTS: readonly Hint[] = [
  [
    code('ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'),
    'Node.js runs TypeScript by removing its types, so enums, namespaces and parameter properties do not work. Set `erasableSyntaxOnly` in tsconfig.json and the editor marks them.',
  ],
  [
    says(/does not provide an export named/),
    'Check the spelling, and that the module exports it. Types need `import type`.',
  ],
  [
    says(/(?:require|module|exports) is not defined/),
    'This is an ES module: use `import` and `export`, or `createRequire` of node:module.',
  ],
  [
    says(/__(?:dirname|filename) is not defined/),
    'This is an ES module: use `import.meta.dirname` and `import.meta.filename`.',
  ],
  [code('ERR_IMPORT_ATTRIBUTE_MISSING'), "Import JSON with `import data from './data.json' with { type: 'json' }`."],
  [code('ERR_UNSUPPORTED_DIR_IMPORT'), 'Import a file, not a folder: add `/index.ts` (or `/index.js`).'],
  [code('ERR_PACKAGE_PATH_NOT_EXPORTED'), 'The package does not export this path: see `exports` in its package.json.'],
  [code('ECONNREFUSED'), 'Nothing is listening at that address. Is the database, or the other service, running?'],
  [code('ENOTFOUND', 'EAI_AGAIN'), 'That host name does not resolve. Check the address and the network.'],
  [code('EADDRINUSE'), 'Another process is already listening there.'],
  [code('28P01', '28000'), 'The database rejected the user or password. Check the connection string.'],
  [code('3D000'), 'That database does not exist on the server. Create it, or check the connection string.'],
  [code('42P01', '42703'), 'Has every migration been applied to this database? `arlen migrate` applies pending ones.'],
  [code('53300'), 'The database server has no connections left. Close other programs or make the pool smaller.'],
]

export function hintFor(symptom: Symptom): string | undefined {
  return HINTS.find(([matches]) => matches(symptom))?.[1]
}
