import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Finding, type Step, skip } from './step.ts'

const run = promisify(execFile)

/** What PostgreSQL says of a query whose table, column, function or type is gone or is another one. */
const GONE: ReadonlySet<string> = new Set([
  'undefined_column',
  'undefined_table',
  'undefined_function',
  'undefined_object',
  'ambiguous_column',
  'datatype_mismatch',
  'invalid_schema_name',
])

/** While a release is rolled out, and after a rollback, the one before it runs on the new schema. */
export const previousStep: Step = {
  description: 'the queries of the base branch, against the schema of this one',
  async run({ root, base, database }): Promise<Finding> {
    if (base === undefined) return skip('no --base')
    if (!existsSync(join(root, 'db/migrations'))) return skip('there are no migrations')
    const folder = await mkdtemp(join(tmpdir(), 'arlen-base-'))
    try {
      const archive = join(folder, 'base.tar')
      await run('git', ['archive', '--format=tar', `--output=${archive}`, base, '.'], { cwd: root })
      const before = join(folder, 'base')
      await mkdir(before)
      await run('tar', ['-xf', archive, '-C', before])
      if (!existsSync(join(before, 'package.json'))) return skip(`${base} does not have this application`)
      const { checkQueries } = await import('@arlen/pg/typed-sql')
      const { problems, queries } = await checkQueries({ dsn: await database(), root: before })
      return {
        problems: problems
          .filter(({ code }) => GONE.has(code))
          .map(
            ({ file, line, message }) =>
              `${file}:${line} of ${base} still uses what this schema takes away; release the code that does without it first: ${message}`,
          ),
        notes: [`${queries} queries of ${base} work on this schema.`],
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  },
}
