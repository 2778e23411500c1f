import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CASES, SCHEMA } from '../../test/nullability-cases.ts'
import { OTHERS } from '../../test/nullability-others.ts'

const PAGE = join(import.meta.dirname, '../../../../docs/typed-sql.md')

const HEAD = `# Which columns can be NULL

The server describes a query: the types of its parameters and columns. Whether a column can be NULL it does not say. Arlen
reads the query with PostgreSQL's own parser, table by table, with the constraints of the catalog, and calls a column never
null only where that follows: a test runs generated queries over generated rows and holds every type to what comes back.

| | |
|---|---|
| \`n\` | never null |
| \`?\` | may be null |
| **\`n\`** | said to be never null, and may be: a wrong type |
| *\`?\`* | said to be nullable, and is not: a check too many |

PgTyped 2.4.2 and safeql 4.1.1 were run on PostgreSQL 18. The other two stand here by their rules. sqlx: NOT NULL of the column
that a value comes from, unless the plan has an outer join. sqlc 1.31.1, whose program npm and Debian do not have: what its
compiler does with each node (every known function, comparison and cast is never null; a column is what its table and the join
around it say); the five queries that it does not compile count as nullable. The tables:

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
