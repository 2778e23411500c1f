import { join, resolve } from 'node:path'
import type { MigrateOptions, MigrationEvent, Step } from '@arlen/pg/migrations'
import {
  type Command,
  type CommandInput,
  checkOptions,
  chooseWord,
  type Io,
  printJson,
  textOption,
  UsageError,
} from '../command.ts'
import { withDsn } from '../find-dsn.ts'
import { reportFindings } from '../findings.ts'

type Migrations = typeof import('@arlen/pg/migrations')

interface Task {
  pg: Migrations
  /** The database, schema, migrations table and folder. */
  target: Pick<MigrateOptions, 'dsn' | 'dir' | 'schema' | 'table'>
  dryRun: boolean
  /** Whether to report as JSON: one object at the end, and nothing before. */
  json: boolean
  /** The arguments after the action. */
  words: readonly string[]
  input: CommandInput
  io: Io
}

interface Action {
  /** How many arguments it takes. */
  words: number
  /** Besides those of all actions. */
  options?: readonly string[]
  run: (task: Task) => Promise<number | undefined>
}

/** The options of all actions. */
const SHARED = ['env', 'dsn', 'schema', 'table', 'root']
const UNDO = ['dryRun', 'steps', 'to']

const ACTIONS: Readonly<Record<string, Action>> = {
  up: { words: 0, options: ['dryRun', 'lint', 'check', 'expand'], run: up },
  status: { words: 0, run: status },
  down: { words: 0, options: UNDO, run: task => undo(task, task.pg.migrateDown) },
  redo: { words: 0, options: UNDO, run: task => undo(task, task.pg.migrateRedo) },
  verify: { words: 0, run: verify },
  'accept-drift': { words: 1, run: accept },
  resolve: { words: 2, run: settle },
  rename: { words: 1, run: renameLate },
  import: { words: 1, options: ['dryRun'], run: adopt },
}

export const migrateCommand: Command = {
  usage: 'migrate [...words]',
  json: 'document',
  actions: [
    ['up', 'Apply pending migrations, as without a word'],
    ['status', 'List the migrations and whether they are applied'],
    ['down', 'Undo the last one, or more'],
    ['redo', 'Undo the last one and apply it again'],
    ['verify', 'Compare what was applied with the files'],
    ['accept-drift <version>', 'Take a file that changed after it was applied as it is now'],
    ['resolve <version> <state>', 'Record one that failed halfway as applied or pending'],
    ['rename <version>', 'Give one that comes too late a version after the others'],
    ['import <folder>', 'Adopt the migrations of another tool'],
  ],
  description: `Apply the migrations of db/migrations; or ${Object.keys(ACTIONS).slice(1).join(', ')}`,
  options: [
    ['--env <name>', 'Environment whose configuration names the database'],
    ['--dsn <uri>', 'PostgreSQL connection URI, instead of the configured one'],
    ['--dry-run', 'Print the plan and change nothing'],
    ['--lint', 'Find pending migrations that are unsafe while the application runs; change nothing'],
    ['--check', 'With --dry-run: apply pending migrations to a copy of the schema, and drop it'],
    ['--expand', 'up: apply only expand steps, as arlen release activate does'],
    ['--steps <n>', 'down: number of migrations to undo, instead of one'],
    ['--to <version>', 'down: undo everything after this version'],
    ['--schema <name>', 'Schema to migrate, created if missing; default the first of the search path'],
    ['--table <name>', 'Table that records applied migrations, instead of arlen_migrations'],
    ['--root <folder>', 'Folder of the application'],
  ],
  examples: [
    'arlen migrate --env production --dry-run',
    'arlen migrate status',
    'arlen migrate accept-drift 0002',
    'arlen migrate resolve 0007 applied',
    'arlen migrate import prisma/migrations',
  ],
  async run(input, io) {
    const [name = 'up', ...words] = input.args
    const action = chooseWord('migrate', name, ACTIONS)
    if (words.length !== action.words) throw new UsageError(`migrate ${name} takes ${count(action.words, 'word')}`)
    // What is refused here would otherwise be ignored, and `--dry-run` or `--lint` would change something.
    checkOptions(`migrate ${name}`, [...SHARED, ...(action.options ?? [])], input)
    if (input.options.check === true && input.options.dryRun !== true)
      throw new UsageError('--check goes with --dry-run')
    const root = resolve(io.cwd, textOption(input, 'root') ?? '.')
    const dir = join(root, 'db/migrations')
    const pg = await import('@arlen/pg/migrations')
    const [schema, table] = [textOption(input, 'schema'), textOption(input, 'table')]
    const run = (dsn: string) =>
      action.run({
        pg,
        target: { dsn, dir, schema, table },
        dryRun: input.options.dryRun === true,
        json: input.options.json === true,
        words,
        input,
        io,
      })
    // Renaming a file needs no database.
    return name === 'rename' ? run('') : withDsn(input, root, io, run)
  },
}

function optionsOf({ target, dryRun, json, io }: Task): MigrateOptions {
  return { ...target, dryRun, onEvent: event => void (json || tell(event, dryRun, io)) }
}

/** Reports the outcome of an action: an object for programs, else a line if there is one. */
function conclude({ json, io }: Task, report: object, line?: string): undefined {
  if (json) printJson(io, report)
  else if (line !== undefined) io.out(line)
}

/** Lints pending migrations without applying them. */
async function lint(task: Task): Promise<number> {
  const { pg, target, json, io } = task
  const pending = new Set(
    (await pg.migrationStatus(target)).filter(({ state }) => state === 'pending').map(({ file }) => file),
  )
  const findings = await pg.lintMigrations({ dir: target.dir, dsn: target.dsn, only: ({ file }) => pending.has(file) })
  if (!json) reportFindings(findings, io)
  const line = findings.length === 0 ? `Nothing unsafe in ${count(pending.size, 'pending migration')}.` : undefined
  conclude(task, { pending: [...pending], findings }, line)
  return findings.length === 0 ? 0 : 1
}

async function up(task: Task): Promise<number | undefined> {
  if (task.input.options.lint === true) return lint(task)
  if (task.input.options.expand === true) return expand(task)

  const report = await task.pg.migrate({ ...optionsOf(task), check: task.input.options.check === true })
  return conclude(task, report, report.steps.length === 0 ? 'Nothing to migrate.' : undefined)
}

/** Applies what older releases can live with, and names what waits. */
async function expand(task: Task): Promise<undefined> {
  const { target, dryRun, input, io } = task
  const { schema, table } = target
  if (schema ?? table) throw new UsageError('--expand goes with neither --schema nor --table')
  const { expandSchema } = await import('@arlen/release')
  const root = resolve(io.cwd, textOption(input, 'root') ?? '.')
  const result = await expandSchema({ root, dsn: String(target.dsn), dryRun })
  const { migrations, deferred } = result
  const applied =
    migrations.length === 0 ? 'Nothing to migrate.' : `${dryRun ? 'Would apply' : 'Applied'} ${migrations.join(', ')}.`
  const waits = deferred.length === 0 ? '' : ` Waiting until no older release runs: ${deferred.join(', ')}.`
  return conclude(task, result, applied + waits)
}

async function undo(task: Task, run: Migrations['migrateDown']): Promise<undefined> {
  const steps = textOption(task.input, 'steps')
  if (steps !== undefined && !/^[1-9]\d*$/.test(steps)) throw new UsageError('--steps takes a number, such as 2')
  const to = textOption(task.input, 'to')
  const report = await run({ ...optionsOf(task), ...(steps && { steps: Number(steps) }), ...(to && { to }) })
  return conclude(task, report, report.steps.length === 0 ? 'Nothing to undo.' : undefined)
}

async function status(task: Task): Promise<undefined> {
  const { pg, target, json, io } = task
  const all = await pg.migrationStatus(target)
  if (json) return printJson(io, { migrations: all })
  if (all.length === 0) io.out('There are no migrations.')
  for (const { version, name, state, appliedAt, appliedBy } of all) {
    const when = appliedAt ? `  ${appliedAt.toISOString()}${appliedBy ? ` by ${appliedBy}` : ''}` : ''
    io.out(`${state.padEnd(11)}  ${version}_${name}${when}`)
  }
}

async function verify(task: Task): Promise<number> {
  const wrong = await task.pg.verifyMigrations(task.target)
  if (!task.json) for (const { version, name, state } of wrong) task.io.err(`${version}_${name} is ${state}`)
  conclude(
    task,
    { ok: wrong.length === 0, wrong },
    wrong.length === 0 ? 'The database and the files agree.' : undefined,
  )
  return wrong.length === 0 ? 0 : 1
}

async function accept(task: Task): Promise<undefined> {
  const version = task.words[0]!
  await task.pg.acceptDrift({ ...task.target, version })
  conclude(task, { accepted: version }, `${version} is taken as it is now.`)
}

async function settle(task: Task): Promise<undefined> {
  const [version = '', as] = task.words
  if (as !== 'applied' && as !== 'pending')
    throw new UsageError('migrate resolve takes a version, then applied or pending')
  await task.pg.resolveMigration({ ...task.target, version, as })
  conclude(task, { version, state: as }, `${version} is ${as} from now on.`)
}

async function renameLate(task: Task): Promise<undefined> {
  const { from, to } = await task.pg.renameMigration({ version: task.words[0]!, dir: task.target.dir })
  conclude(task, { from, to }, `${from} → ${to}`)
}

async function adopt(task: Task): Promise<undefined> {
  const { pg, target, dryRun, words, json, io } = task
  const from = resolve(io.cwd, words[0]!)
  const report = await pg.importMigrations({ ...target, from, dryRun })
  if (json) return printJson(io, { ...report, dryRun })
  const { tool, files, ledgerFound } = report
  for (const file of files) io.out(`${file.from} → ${file.to}${file.applied ? '  (applied)' : ''}`)
  if (!ledgerFound) io.out(`This database has no ledger of ${tool}: nothing counts as applied.`)
  io.out(`${dryRun ? 'Would import' : 'Imported'} ${count(files.length, 'migration')} of ${tool}.`)
}

function tell(event: MigrationEvent, dryRun: boolean, io: Io): void {
  switch (event.type) {
    case 'plan':
      if (dryRun) for (const step of event.steps) io.out(`would ${verb(step)} ${label(step)}`)
      break
    case 'waiting':
      io.out(`waiting for another migrator: ${event.holder}`)
      break
    case 'retry':
      io.out(`${label(event.step)} waits for a lock, attempt ${event.attempt}: ${event.blockers}`)
      break
    case 'progress':
      io.out(`${label(event.step)} ${event.message}`)
      break
    case 'repaired':
      io.out(`repaired ${label(event.step)}: ${event.action}`)
      break
    case 'rehearsed':
      io.out(`rehearsed ${label(event.step)} in ${Math.round(event.durationMs)} ms`)
      for (const text of event.byRows) io.out(`  not rehearsed on rows: ${text}`)
      break
    case 'done':
      io.out(
        `${event.step.direction === 'up' ? 'applied' : 'undid'} ${label(event.step)} in ${Math.round(event.durationMs)} ms`,
      )
  }
}

function verb(step: Step): string {
  return step.direction === 'up' ? 'apply' : 'undo'
}

function label(step: Step): string {
  return `${step.version}_${step.name}`
}

function count(n: number, what: string): string {
  return n === 0 ? `no ${what}s` : n === 1 ? `one ${what}` : `${n} ${what}s`
}
