import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { type Migration, readMigrations } from '../migrate/files.ts'
import { DIR } from '../migrate/run.ts'
import { scanSql, splitStatements } from '../sql/sql-scanner.ts'
import { type ParsedStatement, parseSql, syntaxErrorOf } from './parser.ts'
import { RULES, type RuleName } from './rules.ts'
import { type Context, checkStatement } from './statements.ts'

/** A statement that would hurt a database in use, or the release that still runs on it. */
export interface Finding {
  rule: RuleName
  file: string
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  problem: string
  /** How to do it safely. */
  recipe: string
  /** See {@link Rule.phase}. */
  phase: 'expand' | 'contract'
}

/** Options of {@link lintMigrations}. */
export interface LintOptions {
  /** Default `db/migrations`. */
  dir?: string | undefined
  /** Which to look at: those not applied yet, or not on the base branch. Default all. */
  only?: ((migration: Migration) => boolean) | undefined
}

const OPTIONS: OptionTable<LintOptions> = { dir: option.text, only: option.func }

/** Looks through migrations for what is not safe while the application runs. */
export async function lintMigrations(options: LintOptions = {}): Promise<Finding[]> {
  const { dir = DIR, only = () => true } = readOptions('lintMigrations()', options, OPTIONS)
  const migrations = (await readMigrations(dir)).filter(only)
  const found: Finding[] = []
  for (const migration of migrations) found.push(...(await lintMigration(migration)))
  return found
}

/**
 * The findings in one migration. A comment before the statement, in it, or behind it on its
 * last line sets one aside, with a reason:
 * `-- allow drop_column: unused since 2.3`.
 */
export async function lintMigration(migration: Pick<Migration, 'file' | 'up' | 'transactional'>): Promise<Finding[]> {
  const { file, up } = migration
  const context: Context = { transactional: migration.transactional, created: new Set(), unvalidated: new Set() }
  let statements: ParsedStatement[]
  try {
    statements = await parseSql(up)
  } catch (error) {
    const syntax = syntaxErrorOf(error)
    if (!syntax) throw error
    return [{ ...finding('syntax_error', file, up, syntax.position), problem: syntax.message }]
  }
  const waivers = waiversIn(up)
  return statements.flatMap((statement, i) => {
    const allowed = waivers[i] ?? new Set()
    const broken = new Set(checkStatement(statement, context))
    return [...broken].filter(rule => !allowed.has(rule)).map(rule => finding(rule, file, up, statement.offset))
  })
}

const ALLOW = /^--[ \t]*allow[ \t]+(\w+)[ \t]*:[ \t]*\S/

/** The rules that are set aside for each statement, by comments before it, in it, or behind it on its last line. */
function waiversIn(text: string): Set<string>[] {
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

function finding(rule: RuleName, file: string, text: string, offset: number): Finding {
  const before = text.slice(0, offset)
  const { problem, recipe, phase = 'expand' } = RULES[rule]
  const line = before.split('\n').length
  return { rule, file, line, column: offset - before.lastIndexOf('\n'), problem, recipe, phase }
}

/** Whether a migration takes something away that a release of before may need: then there is no way back to that one. */
export async function migrationPhase(
  migration: Pick<Migration, 'file' | 'up' | 'transactional'>,
): Promise<'expand' | 'contract'> {
  const bare = { ...migration, up: migration.up.replace(ALLOW, '--') } // allowed or not, it is what it is
  return (await lintMigration(bare)).some(({ phase }) => phase === 'contract') ? 'contract' : 'expand'
}
