import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type CheckRun, type Finding, type Step, skip } from './step.ts'

const run = promisify(execFile)

const MIGRATIONS = 'db/migrations'
const ALLOW = /^[ \t]*--[ \t]*allow[ \t]+base_writes[ \t]+([\w.]+)[ \t]*:[ \t]*\S/gm

/** While a release is rolled out, and after a rollback, the one before it runs on the new schema. */
export const previousStep: Step = {
  description: 'the queries of the base branch, against the schema of this one',
  async run(check: CheckRun): Promise<Finding> {
    const { root, base } = check
    if (base === undefined) return skip('no --base')
    if (!existsSync(join(root, MIGRATIONS))) return skip('there are no migrations')
    const folder = await mkdtemp(join(tmpdir(), 'arlen-base-'))
    try {
      const before = await checkOut(root, base, folder)
      if (!existsSync(join(before, 'package.json'))) return skip(`${base} does not have this application`)
      if (!existsSync(join(before, MIGRATIONS))) return skip(`${base} has no migrations`)
      return await compare(check, base, before)
    } finally {
      await rm(folder, { recursive: true })
    }
  },
}

/** The application as it is on a branch. Returns its folder. */
async function checkOut(root: string, base: string, folder: string): Promise<string> {
  const archive = join(folder, 'base.tar')
  await run('git', ['archive', '--format=tar', `--output=${archive}`, base, '.'], { cwd: root })
  const before = join(folder, 'base')
  await mkdir(before)
  await run('tar', ['-xf', archive, '-C', before])
  return before
}

async function compare({ root, database }: CheckRun, base: string, before: string): Promise<Finding> {
  const { checkPreviousQueries } = await import('@arlen/pg/typed-sql')
  const [was, is] = [await database(join(before, MIGRATIONS)), await database()]
  const { problems, queries } = await checkPreviousQueries({ before: was, after: is, root: before })
  const allowed = await allowedTables(root, before)
  const isAllowed = (table: string | undefined) => table !== undefined && allowed.has(table)
  const told = problems.filter(({ dependsOn }) => !isAllowed(dependsOn))
  const waived = problems.length - told.length
  return {
    problems: told.map(({ file, line, problem, dependsOn }) => {
      const advice =
        dependsOn === undefined
          ? 'release the code that does without it first'
          : `release code that is prepared for it first; if it cannot happen, write into the migration -- allow base_writes ${dependsOn}: and why`
      return `${file}:${line} of ${base} still uses what this schema takes away; ${advice}: ${problem}`
    }),
    notes: [
      `${queries} queries of ${base} work on this schema.`,
      ...(waived === 0 ? [] : [`${waived} objections are allowed by comments in migrations.`]),
    ],
  }
}

/** The tables of which new migrations say that earlier code writes nothing that they refuse. */
async function allowedTables(root: string, before: string): Promise<ReadonlySet<string>> {
  const old = new Set(await readdir(join(before, MIGRATIONS)))
  const added = (await readdir(join(root, MIGRATIONS))).filter(name => name.endsWith('.sql') && !old.has(name))
  const texts = await Promise.all(added.map(name => readFile(join(root, MIGRATIONS, name), 'utf8')))
  return new Set(texts.flatMap(text => [...text.matchAll(ALLOW)].map(([, table]) => table!)))
}
