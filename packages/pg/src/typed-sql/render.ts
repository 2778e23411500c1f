import type { SourceQuery } from './collect.ts'

export interface DescribedQuery {
  text: string
  /** TypeScript types of the parameters. */
  params: string[]
  columns: { name: string; type: string }[]
}

const HEAD = '// Written by `arlen sql check --write` from the queries of this application. Do not edit.\n'

/**
 * The declarations that type each query by its text.
 *
 * @param pg - how the application imports this package
 */
export function renderDeclarations(queries: readonly DescribedQuery[], pg: string): string {
  const sorted = [...queries].sort((a, b) => (a.text < b.text ? -1 : 1))
  const entries = sorted.map(({ text, params, columns }) => {
    const row = columns.map(({ name, type }) => `${propertyName(name)}: ${type}`).join('; ')
    return `    ${JSON.stringify(text)}: { params: [${params.join(', ')}]; row: {${row ? ` ${row} ` : ''}} }`
  })
  return `${HEAD}import type { JsonParam } from '${pg}'\n\ndeclare module '${pg}' {\n  interface KnownQueries {\n${entries.join('\n')}\n  }\n}\n\nexport type { JsonParam }\n`
}

/** The module for a .sql file: `import findUser from './find-user.sql.ts'`, then `db.one(findUser, [1])`. */
export function renderSqlModule(query: SourceQuery): string {
  return `${HEAD}export default ${JSON.stringify(query.text)} as const\n`
}

function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)
}
