import { join, resolve } from 'node:path'
import {
  type Command,
  type CommandInput,
  checkOptions,
  chooseWord,
  type Io,
  printJson,
  rootOf,
  textOption,
  UsageError,
} from '../command.ts'
import type { Target } from '../db/target.ts'
import { cliError } from '../errors.ts'
import { withDsn } from '../find-dsn.ts'

interface Task {
  target: Target
  root: string
  environment: string
  input: CommandInput
  io: Io
}

/** The report of an action: a line for people, members for programs. */
interface Outcome {
  line: string
  report: Readonly<Record<string, unknown>>
}

const ACTIONS: Readonly<Record<string, (task: Task) => Promise<Outcome | number>>> = {
  create,
  drop,
  reset,
  seed: fill,
  dump: dumped,
  console: openConsole,
}

/** The options of all actions, and those of some. */
const SHARED = ['env', 'dsn', 'root']
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  drop: ['force', 'allowProduction'],
  reset: ['force', 'allowProduction'],
  dump: ['schemaOnly', 'out'],
}

export const dbCommand: Command = {
  usage: 'db [...words]',
  json: 'document',
  description: `The database of the application: ${Object.keys(ACTIONS).join(', ')}`,
  actions: [
    ['create', 'Create it, unless it exists'],
    ['drop', 'Delete it with everything in it'],
    ['reset', 'Drop, create, migrate and seed it'],
    ['seed', 'Run db/seeds.ts or db/seeds.sql in a transaction'],
    ['dump', 'Print it as SQL, with pg_dump'],
    ['console', 'Open psql, or a simple console where psql is not installed'],
  ],
  options: [
    ['--env <name>', 'Environment whose configuration names the database'],
    ['--dsn <uri>', 'PostgreSQL connection URI, instead of the configured one'],
    ['--force', 'drop, reset: even while other sessions are connected'],
    ['--allow-production', 'drop, reset: even in production or on another machine'],
    ['--schema-only', 'dump: without the rows'],
    ['--out <file>', 'dump: write to this file'],
    ['--root <folder>', 'Folder of the application'],
  ],
  examples: [
    'arlen db create',
    'arlen db reset',
    'arlen db dump --schema-only --out db/schema.sql',
    'arlen db console',
  ],
  async run(input, io) {
    const action = chooseWord('db', input.args[0], ACTIONS)
    if (input.args.length > 1) throw new UsageError(`db ${input.args[0]} takes nothing else`)
    checkOptions(`db ${input.args[0]}`, [...SHARED, ...(OPTIONS[input.args[0]!] ?? [])], input)
    refuseJson(input, action)
    const [{ targetOf }, { environmentName }] = await Promise.all([import('../db/target.ts'), import('arlen')])
    const root = rootOf(input, io)
    const environment = textOption(input, 'env') ?? environmentName(io.env)
    const outcome = await withDsn(input, root, io, dsn =>
      action({ target: targetOf(dsn), root, environment, input, io }),
    )
    if (typeof outcome === 'number') return outcome
    if (input.options.json === true) printJson(io, outcome.report)
    else io.out(outcome.line)
    return 0
  },
}

/** What prints something else than a report. */
function refuseJson({ options, args }: CommandInput, action: unknown): void {
  if (options.json !== true) return
  if (action === openConsole) throw new UsageError(`db ${args[0]} has no --json`)
  if (action === dumped && options.out === undefined)
    throw new UsageError('db dump prints SQL; with --json, give it a file with --out')
}

async function create({ target }: Task): Promise<Outcome> {
  const { createDatabase } = await import('../db/databases.ts')
  const { name, server } = target
  const created = await createDatabase(target)
  const line = created ? `created ${name} on ${server}` : `${name} is on ${server} already`
  return { line, report: { database: name, server, created } }
}

async function drop(task: Task): Promise<Outcome> {
  const { target, input } = task
  await refuse(task, 'drop')
  const { dropDatabase } = await import('../db/databases.ts')
  const { name, server } = target
  const dropped = await dropDatabase(target, input.options.force === true)
  const line = dropped ? `dropped ${name} on ${server}` : `there is no ${name} on ${server}`
  return { line, report: { database: name, server, dropped } }
}

/** Drops, creates, migrates and seeds. */
async function reset(task: Task): Promise<Outcome> {
  const { target, root, input, io } = task
  await refuse(task, 'reset')
  const [{ createDatabase, dropDatabase }, { findSeeds, seed }, { migrate }] = await Promise.all([
    import('../db/databases.ts'),
    import('../db/seed.ts'),
    import('@arlen/pg/migrations'),
  ])
  io.status?.(`dropping ${target.name} …`)
  await dropDatabase(target, input.options.force === true)
  await createDatabase(target)
  io.status?.('applying migrations …')
  const { steps } = await migrate({ dsn: target.dsn, dir: join(root, 'db/migrations') })
  io.status?.('seeding …')
  const seeds = findSeeds(root) && (await seed(root, target))
  io.status?.()
  const line = `reset ${target.name} on ${target.server}: ${steps.length} migrations, ${seeds ?? 'no seeds'}`
  return {
    line,
    report: { database: target.name, server: target.server, migrations: steps.length, seeds: seeds ?? null },
  }
}

async function fill({ target, root }: Task): Promise<Outcome> {
  const { seed } = await import('../db/seed.ts')
  const seeds = await seed(root, target)
  return { line: `seeded ${target.name} on ${target.server} by ${seeds}`, report: { database: target.name, seeds } }
}

async function dumped({ target, input, io }: Task): Promise<Outcome | number> {
  const [out, schemaOnly, json] = [
    textOption(input, 'out'),
    input.options.schemaOnly === true,
    input.options.json === true,
  ]
  const { dump } = await import('../db/programs.ts')
  const code = await dump(target, { schemaOnly, out, stdout: json ? 2 : 'inherit' }, io)
  if (json && code !== 0) throw cliError('dump_failed', { name: target.name, code })
  if (code !== 0 || out === undefined) return code
  const { name, server } = target
  return {
    line: `dumped ${name} on ${server} into ${out}`,
    report: { database: name, server, file: resolve(io.cwd, out) },
  }
}

async function openConsole({ target, io }: Task): Promise<number> {
  const { runProgram } = await import('../db/programs.ts')
  const code = await runProgram('psql', io.isTerminal ? [] : ['--set=ON_ERROR_STOP=1'], target, io)
  if (code !== undefined) return code
  const { runSqlConsole } = await import('../db/sql-console.ts')
  const { stdin: input, stdout: output } = process
  return runSqlConsole(target, { input, output, isTerminal: io.isTerminal ?? false })
}

async function refuse({ target, environment, input }: Task, action: string): Promise<void> {
  const { refuseProduction } = await import('../db/target.ts')
  await refuseProduction(target, { action, environment, allowed: input.options.allowProduction === true })
}
