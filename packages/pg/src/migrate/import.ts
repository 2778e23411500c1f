import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { pgError } from '../errors.ts'
import { splitStatements } from '../sql/sql-scanner.ts'
import { refuseCreateAndDrop } from './create-and-drop.ts'
import { type Migration, parseMigration } from './files.ts'
import type { MigrationTool } from './folder.ts'
import { type ForeignMigration, readForeign, readForeignLedger } from './foreign.ts'
import { MIGRATE_OPTIONS, type MigrateOptions, STATUS_OPTIONS } from './options.ts'
import { DIR, exclusively, withLedger } from './run.ts'
import { neutralize } from './sections.ts'
import { splitForeign } from './split-foreign.ts'

/** Options of importing another tool's migrations. */
export interface ImportOptions extends Pick<MigrateOptions, 'dsn' | 'dir' | 'schema' | 'table' | 'dryRun' | 'waitMs'> {
  /** The other tool's folder. It may be `dir` itself: its files are then replaced. */
  from: string
  /** Default: recognized by the layout. */
  tool?: MigrationTool | undefined
}

/** What an import wrote and found. */
export interface ImportReport {
  tool: MigrationTool
  /** The files that were written, or would be. */
  files: { from: string; to: string; applied: boolean }[]
  /** False if the database has no ledger of that tool, so that nothing counts as applied. */
  ledgerFound: boolean
}

const OPTIONS: OptionTable<ImportOptions> = {
  ...STATUS_OPTIONS,
  dryRun: MIGRATE_OPTIONS.dryRun,
  waitMs: MIGRATE_OPTIONS.waitMs,
  from: option.required(option.text),
  tool: option.any,
}

/**
 * Adopts the migrations of dbmate, diesel, goose, node-pg-migrate, Prisma or sqlx: writes each as a file of `dir`, and
 * records as applied what the tool's own ledger lists as applied.
 *
 * @throws `migrations_not_found`; `migration_invalid` for a migration that cannot be converted; `migration_missing` for an
 * applied migration without a file. Nothing has changed then.
 */
export async function importMigrations(given: ImportOptions): Promise<ImportReport> {
  const options = readOptions('importMigrations()', given, OPTIONS)
  const dir = options.dir ?? DIR
  const { tool, migrations } = await readForeign(options.from, options.tool)
  const converted = withOwnVersions(migrations, tool).map(foreign => ({ foreign, ...convert(foreign, tool) }))
  return withLedger(options, async (client, ledger) => {
    const applied = await readForeignLedger(client, tool)
    const keys = new Set(applied)
    for (const { foreign } of converted) keys.delete(foreign.key)
    const [missing] = keys
    if (missing !== undefined) throw pgError('migration_missing', { version: missing, dir: options.from })
    const report: ImportReport = {
      tool,
      files: converted.map(({ foreign, migration }) => ({
        from: foreign.sources.join(', '),
        to: migration.file,
        applied: applied?.includes(foreign.key) ?? false,
      })),
      ledgerFound: applied !== undefined,
    }
    if (options.dryRun) return report
    await exclusively(client, ledger, options, async () => {
      await writeAll(options.from, dir, converted)
      await ledger.create(options.schema)
      await client.query('begin')
      for (const { foreign, migration } of converted) {
        if (applied?.includes(foreign.key)) await ledger.write(migration, 'applied', 0)
      }
      await client.query('commit')
    })
    return report
  })
}

/**
 * In the order in which the tool applies them. Prisma sorts by the whole folder name, so several may have the same or a
 * shorter number, and a migration without a transaction may become several: these get the version after the previous one.
 */
function withOwnVersions(migrations: readonly ForeignMigration[], tool: MigrationTool): ForeignMigration[] {
  let last = -1n
  const byName = (a: ForeignMigration, b: ForeignMigration) => (a.key < b.key ? -1 : 1)
  const byVersion = (a: ForeignMigration, b: ForeignMigration) => Number(BigInt(a.version) - BigInt(b.version))
  const ordered = migrations.toSorted(tool === 'prisma' ? byName : byVersion)
  return ordered.flatMap(splitForeign).map(foreign => {
    const given = BigInt(foreign.version)
    const version = given > last ? given : last + 1n
    last = version
    return version === given ? foreign : { ...foreign, version: String(version).padStart(foreign.version.length, '0') }
  })
}

interface Converted {
  foreign: ForeignMigration
  migration: Migration
  text: string
}

const OUTSIDE = /^(?:(?:create(?: unique)?|drop) index concurrently|reindex .*concurrently|vacuum)\b/i

/**
 * Some tools, such as Prisma, send a whole file at once; PostgreSQL then runs a single statement outside of transactions.
 */
function standsAlone(sql: string): boolean {
  const [only, ...others] = splitStatements(sql)
  return only !== undefined && others.length === 0 && OUTSIDE.test(only.normal)
}

const BOUNDARY = /^(?:begin|start transaction|commit|end)(?: work| transaction)?$/i

/** Without its own BEGIN and COMMIT: the file and its record are one transaction. */
function withoutBoundaries(sql: string): string {
  let out = ''
  let from = 0
  for (const { normal, offset, end } of splitStatements(sql)) {
    if (!BOUNDARY.test(normal)) continue
    out += sql.slice(from, offset)
    from = end + 1
  }
  return out + sql.slice(from)
}

function convert(foreign: ForeignMigration, tool: MigrationTool): Omit<Converted, 'foreign'> {
  const name = foreign.name.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_|_$/g, '') || 'imported'
  const file = `${foreign.version}_${name}.sql`
  const isEmpty = (sql: string) => splitStatements(sql).length === 0
  // Its position in the order, and in the ledger, is kept.
  const transactional = foreign.transactional && !standsAlone(foreign.up)
  const bounded = (sql: string) => (foreign.transactional ? withoutBoundaries(sql) : sql)
  const up = bounded(foreign.up)
  const there = isEmpty(up) ? `${up}\nselect 1; -- it does nothing` : up
  const down = bounded(foreign.down ?? '')
  const back = isEmpty(down) ? undefined : down
  const write = (remark: string) =>
    [
      '-- up',
      ...(transactional ? [] : ['-- no transaction']),
      remark + neutralize(there),
      ...(back === undefined ? [] : ['', '-- down', neutralize(back)]),
      '',
    ].join('\n')
  let text = write('')
  const parsed = parseMigration(file, text).up
  try {
    refuseCreateAndDrop(file, parsed, splitStatements(parsed))
  } catch {
    // Here it is certain where the down part begins.
    text = write(`-- allow create_and_drop: as imported from ${tool}\n`)
  }
  return { migration: parseMigration(file, text), text }
}

async function writeAll(from: string, dir: string, converted: readonly Converted[]): Promise<void> {
  const inPlace = resolve(from) === resolve(dir)
  await mkdir(dir, { recursive: true })
  const written = new Set<string>()
  for (const { foreign, migration, text } of converted) {
    const isSource = inPlace && foreign.sources.includes(migration.file)
    await writeFile(join(dir, migration.file), text, { flag: isSource ? 'w' : 'wx' })
    written.add(migration.file)
  }
  if (!inPlace) return
  const sources = new Set(converted.flatMap(({ foreign }) => foreign.sources))
  for (const source of sources) if (!written.has(source)) await rm(join(dir, source), { recursive: true })
}
