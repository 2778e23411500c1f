import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { PgOptions } from '../connection/options.ts'
import { type Migration, readMigrations } from '../migrate/files.ts'
import { DIR } from '../migrate/run.ts'
import { scanSql, splitStatements } from '../sql/sql-scanner.ts'
import type { Context, Fault } from './fault.ts'
import { KnownSchema } from './known-schema.ts'
import { type ParsedStatement, parseSql, syntaxErrorOf } from './parser.ts'
import { linkOf, RULES, type RuleName, WAITING } from './rules.ts'
import { schemaOfDatabase } from './schema-of-database.ts'
import { checkStatement, remadeBy } from './statements.ts'

/** A statement that would harm a database in use, or the release that still runs on it. */
export interface Finding {
  rule: RuleName
  file: string
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  problem: string
  /** What is locked, how, what waits for it and until when. Undefined if the problem is not a lock. */
  lock: string | undefined
  /** SQL to paste that does the same safely. Its comments say what belongs in another migration or a later release. */
  recipe: string
  /**
   * `contract`: the release that still runs cannot work with it, so it belongs in a later release than the code that no
   * longer needs it.
   */
  phase: 'expand' | 'contract'
  /** The page of the PostgreSQL manual. */
  link: string
}

/** Options of {@link lintMigrations}. */
export interface LintOptions {
  /** Default `db/migrations`. */
  dir?: string | undefined
  /** Which migrations to check: those not applied yet, or not on the base branch. Default all. */
  only?: ((migration: Migration) => boolean) | undefined
  /** A database whose functions, types and constraints supplement what is known from the files. */
  dsn?: string | PgOptions | undefined
}

const OPTIONS: OptionTable<LintOptions> = {
  dir: option.text,
  only: option.func,
  dsn: option.either(option.text, option.object),
}

/**
 * Checks migrations for statements that are unsafe while the application runs. All earlier migrations are taken into
 * account, including those that `only` omits.
 *
 * @throws `migrations_not_found`, `migrations_foreign`, `migration_invalid`, `parser_missing`; with `dsn`, connection
 * errors
 */
export async function lintMigrations(options: LintOptions = {}): Promise<Finding[]> {
  const { dir = DIR, only = () => true, dsn } = readOptions('lintMigrations()', options, OPTIONS)
  const known = dsn === undefined ? new KnownSchema() : await schemaOfDatabase(dsn)
  const found: Finding[] = []
  for (const migration of await readMigrations(dir)) {
    const findings = await lintKnowing(migration, known)
    if (only(migration)) found.push(...findings)
  }
  return found
}

type LintedMigration = Pick<Migration, 'file' | 'up' | 'transactional'>

/**
 * The findings in one migration. A comment before the statement, in it, or after it on its last line waives one, with a
 * reason: `-- allow drop_column: unused since 2.3`.
 *
 * @throws `parser_missing`
 */
export function lintMigration(migration: LintedMigration): Promise<Finding[]> {
  return lintKnowing(migration, new KnownSchema())
}

/** Whether a migration removes something that an earlier release may need, so that there is no way back to that release. */
export async function migrationPhase(migration: LintedMigration): Promise<'expand' | 'contract'> {
  // Waived or not, the effect is the same.
  const found = await lintKnowing(migration, new KnownSchema(), () => [])
  return found.some(({ phase }) => phase === 'contract') ? 'contract' : 'expand'
}

type Waivers = (text: string) => ReadonlySet<string>[]

/** Like {@link lintMigration}, with what is known of the database before it; records what the migration creates. */
export async function lintKnowing(
  { file, up, transactional }: LintedMigration,
  known: KnownSchema,
  waiversOf: Waivers = waiversIn,
): Promise<Finding[]> {
  let statements: ParsedStatement[]
  try {
    statements = await parseSql(up)
  } catch (error) {
    const syntax = syntaxErrorOf(error)
    if (!syntax) throw error
    const found = finding({ rule: 'syntax_error', recipe: '' }, file, up, syntax.position)
    return [{ ...found, problem: syntax.message }]
  }
  const context: Context = {
    transactional,
    known,
    created: new Set(),
    remade: remadeBy(statements),
    unvalidated: new Set(),
    enumValues: new Set(),
  }
  const waivers = waiversOf(up)
  const found: Finding[] = []
  for (const [i, statement] of statements.entries()) {
    const broken = new Map<RuleName, Fault>()
    for (const fault of await checkStatement(statement, context)) {
      if (!broken.has(fault.rule)) broken.set(fault.rule, fault)
    }
    for (const [rule, fault] of broken) {
      if (!waivers[i]?.has(rule)) found.push(finding(fault, file, up, statement.offset))
    }
  }
  return found
}

const ALLOW = /^--[ \t]*allow[ \t]+(\w+)[ \t]*:[ \t]*\S/

/** The rules that are waived for each statement, by comments before it, in it, or after it on its last line. */
function waiversIn(text: string): ReadonlySet<string>[] {
  const statements = splitStatements(text)
  const waivers = statements.map(() => new Set<string>())
  let at = 0
  for (const { kind, text: piece } of scanSql(text)) {
    const rule = kind === 'comment' ? ALLOW.exec(piece)?.[1] : undefined
    const owner = rule === undefined ? -1 : statements.findIndex(({ end }) => !/[\n\r]/.test(text.slice(end, at)))
    if (rule !== undefined) waivers[owner]?.add(rule)
    at += piece.length
  }
  return waivers
}

function finding({ rule, on, unlocked, recipe }: Fault, file: string, text: string, offset: number): Finding {
  const before = text.slice(0, offset)
  const { problem, phase = 'expand', lock } = RULES[rule]
  const line = before.split('\n').length
  return {
    rule,
    file,
    line,
    column: offset - before.lastIndexOf('\n'),
    problem,
    lock: lock && !unlocked ? `${lock.mode} on ${on ?? 'the table'} (${WAITING[lock.mode]}) ${lock.during}` : undefined,
    recipe,
    phase,
    link: linkOf(rule),
  }
}
