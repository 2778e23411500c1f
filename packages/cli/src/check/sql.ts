import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Finding, type Step, skip } from './step.ts'

/** The default file for the types of queries; see `arlen sql check --write`. */
const TYPES = 'db/queries.d.ts'

export const sqlStep: Step = {
  description: 'every query, against a database with all migrations',
  async run({ root, database }): Promise<Finding> {
    if (!existsSync(join(root, 'db/migrations'))) return skip('there are no migrations')
    const { checkQueries } = await import('@arlen/pg/typed-sql')
    const { problems, queries, unchecked } = await checkQueries({ dsn: await database(), root })
    const wanted = existsSync(join(root, TYPES))
    const found = problems.filter(({ code, file }) => code !== 'types_stale' || file !== TYPES || wanted)
    return {
      problems: found.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`),
      notes: [`${queries} queries described, ${unchecked.length} not checked.`],
    }
  },
}
