import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CASES, SCHEMA } from '../../test/nullability-cases.ts'
import { OTHERS } from '../../test/nullability-others.ts'

const PAGE = join(import.meta.dirname, '../../../../docs/typed-sql.md')

const HEAD = `# Which columns can be NULL

The server describes a query: the types of its parameters and columns. It does not say whether a column can be NULL. Arlen
parses the query with PostgreSQL's own parser, follows each column through its tables and the constraints of the catalog, and calls it
non-null only where that follows. A test runs generated queries over generated rows and compares every type with the result.

| | |
|---|---|
| \`n\` | non-null |
| \`?\` | nullable |
| **\`n\`** | reported as non-null, but nullable: a wrong type |
| *\`?\`* | reported as nullable, but non-null: an unneeded check |

PgTyped 2.4.2 and safeql 4.1.1 were run on PostgreSQL 18. The other two columns follow the tools' documented rules. sqlx: a value is
non-null if the column it comes from is NOT NULL, unless the plan has an outer join. sqlc 1.31.1, which neither npm nor Debian packages:
what its compiler does with each node (every known function, comparison and cast is non-null; a column is what its table and the
surrounding join say); the five queries that it does not compile count as nullable. The tables:

\`\`\`sql
${SCHEMA.trim()}
\`\`\`

`

test('the documents have the table of queries', async () => {
  const cell = (given: string, truth: string) =>
    given
      .split(' ')
      .map((sign, i) => {
        if (sign === truth.split(' ')[i]) return `\`${sign}\``
        return sign === 'n' ? '**`n`**' : '*`?`*'
      })
      .join(' ')
  const scores = [0, 1, 2, 3].map(tool => {
    const wrong = CASES.filter(([query, truth]) =>
      OTHERS[query]![tool]!.split(' ').some((sign, i) => sign === 'n' && truth.split(' ')[i] === '?'),
    ).length
    const exact = CASES.filter(([query, truth]) => OTHERS[query]![tool] === truth).length
    return `${exact} exact, ${wrong} wrong`
  })
  const rows = CASES.map(([query, truth]) => {
    const others = OTHERS[query]!.map(given => cell(given, truth))
    return `| \`${query.replaceAll('|', '\\|')}\` | ${cell(truth, truth)} | ${others.join(' | ')} |\n`
  })
  const score = `| **of ${CASES.length}** | ${CASES.length} exact, 0 wrong | ${scores.join(' | ')} |\n`
  const page = `${HEAD}| query | Arlen | PgTyped | safeql | sqlx | sqlc |\n|---|---|---|---|---|---|\n${score}${rows.join('')}`
  if (process.env.UPDATE_DOCS) await writeFile(PAGE, page)
  expect(await readFile(PAGE, 'utf8')).toBe(page)
})
