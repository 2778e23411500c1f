import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { pgError } from '../errors.ts'
import { type MigrationTool, readFolder, recognizeByMarks, recognizeByNames } from './folder.ts'

/** A migration of another tool. */
export interface ForeignMigration {
  /** Its name in the tool's ledger. */
  key: string
  version: string
  name: string
  /** Its files, relative to the folder. */
  sources: string[]
  up: string
  down: string | undefined
  transactional: boolean
}

/**
 * Reads the migrations of another tool.
 *
 * @throws `migrations_not_found`, `migration_invalid` for files that are not SQL
 */
export async function readForeign(
  dir: string,
  given: MigrationTool | undefined,
): Promise<{ tool: MigrationTool; migrations: ForeignMigration[] }> {
  const entries = await readFolder(dir)
  const files = entries.filter(entry => !entry.isDirectory() && entry.name.endsWith('.sql')).map(({ name }) => name)
  const found = (await recognizeByNames(dir, entries)) ?? (await recognizeByMarks(dir, files))
  // Plain SQL files and nothing else are sqlx's.
  const tool = given ?? (found?.tool as MigrationTool | undefined) ?? 'sqlx'
  const names = tool === 'prisma' || tool === 'diesel' ? entries.filter(entry => entry.isDirectory()) : entries
  const migrations = await READERS[tool](
    dir,
    names.map(({ name }) => name),
  )
  if (migrations.length === 0) throw pgError('migrations_not_found', { dir, reason: `has no migrations of ${tool}` })
  return { tool, migrations }
}

type Reader = (dir: string, names: readonly string[]) => Promise<ForeignMigration[]>

const READERS: Readonly<Record<MigrationTool, Reader>> = {
  dbmate: marked(/^[ \t]*--[ \t]*migrate:(up|down)\b(.*)$/i, /transaction:false/i, version => version),
  goose: marked(/^[ \t]*--[ \t]*\+goose[ \t]+(up|down)\b(.*)$/i, /^[ \t]*--[ \t]*\+goose no transaction/im, version =>
    String(BigInt(version)),
  ),
  'node-pg-migrate': marked(
    /^[ \t]*--[ \t]*(up|down) migration\b(.*)$/i,
    /(?!)/,
    (version, name) => `${version}_${name}`,
  ),
  sqlx: readSqlx,
  diesel: (dir, names) => readFolders(dir, names, 'up.sql'),
  prisma: (dir, names) => readFolders(dir, names, 'migration.sql'),
}

/** One file for both directions, with a marker line before each. */
function marked(marker: RegExp, untransacted: RegExp, keyOf: (version: string, name: string) => string): Reader {
  return async (dir, names) => {
    const found: ForeignMigration[] = []
    for (const file of names.filter(isMigration)) {
      const { version, name } = split(file, file.slice(0, file.lastIndexOf('.')))
      if (!file.endsWith('.sql')) throw isProgram(file)
      const parts: Record<'up' | 'down', string[]> = { up: [], down: [] }
      let part: 'up' | 'down' = 'up'
      let transactional = true
      const text = await readFile(join(dir, file), 'utf8')
      if (untransacted.test(text)) transactional = false
      for (const line of text.split(/\r\n|[\n\r]/)) {
        const mark = marker.exec(line)
        if (mark) part = mark[1]!.toLowerCase() as 'up' | 'down'
        else if (!/^[ \t]*--[ \t]*\+goose\b/i.test(line)) parts[part].push(line)
      }
      const down = parts.down.join('\n').trim()
      found.push({
        key: keyOf(version, name),
        version,
        name,
        sources: [file],
        up: parts.up.join('\n').trim(),
        down: down === '' ? undefined : down,
        transactional,
      })
    }
    return found
  }
}

/** `1_a.sql`, or `1_a.up.sql` and `1_a.down.sql`. */
async function readSqlx(dir: string, names: readonly string[]): Promise<ForeignMigration[]> {
  const found: ForeignMigration[] = []
  for (const file of names.filter(name => isMigration(name) && !name.endsWith('.down.sql'))) {
    if (!file.endsWith('.sql')) throw isProgram(file)
    const stem = file.replace(/(?:\.up)?\.sql$/, '')
    const { version, name } = split(file, stem)
    const up = await readFile(join(dir, file), 'utf8')
    const back = names.find(other => other === `${stem}.down.sql`)
    found.push({
      key: String(BigInt(version)),
      version,
      name,
      sources: back === undefined ? [file] : [file, back],
      up: up.trim(),
      down: back === undefined ? undefined : (await readFile(join(dir, back), 'utf8')).trim(),
      transactional: !/^--[ \t]*no-transaction/m.test(up),
    })
  }
  return found
}

/**
 * A folder for each migration: `20260131120000_init/migration.sql` of Prisma, `2026-01-31-120000_init/up.sql` of diesel.
 */
async function readFolders(dir: string, names: readonly string[], main: string): Promise<ForeignMigration[]> {
  const found: ForeignMigration[] = []
  for (const folder of names) {
    const inside = await readdir(join(dir, folder))
    if (!inside.includes(main)) continue
    const { version, name } = split(folder, folder)
    const read = (file: string) => readFile(join(dir, folder, file), 'utf8')
    const metadata = inside.includes('metadata.toml') ? await read('metadata.toml') : ''
    const hasDown = main === 'up.sql' && inside.includes('down.sql')
    found.push({
      key: main === 'up.sql' ? version : folder,
      version,
      name,
      sources: [folder],
      up: (await read(main)).replace(/^\uFEFF/, '').trim(),
      down: hasDown ? (await read('down.sql')).trim() : undefined,
      transactional: !/run_in_transaction\s*=\s*false/.test(metadata),
    })
  }
  return found
}

function isMigration(name: string): boolean {
  return /^\d+[_-].*\.(?:sql|[cm]?[jt]s)$/.test(name) && !name.endsWith('.d.ts')
}

function isProgram(file: string): Error {
  const reason = 'is a program and no SQL. Write what it does as SQL first, such as its --dry-run prints it'
  return pgError('migration_invalid', { file, reason })
}

function split(file: string, stem: string): { version: string; name: string } {
  const [, digits, name] = /^(\d[\d-]*)[_-](.+)/s.exec(stem) ?? []
  if (digits === undefined || name === undefined) {
    throw pgError('migration_invalid', { file, reason: 'does not begin with a version' })
  }
  return { version: digits.replaceAll('-', ''), name }
}

/** Returns the keys of the applied migrations from the tool's ledger. */
const LEDGERS: Readonly<Record<MigrationTool, { table: string; query: string }>> = {
  dbmate: { table: 'schema_migrations', query: 'select version::text as key from schema_migrations' },
  diesel: { table: '__diesel_schema_migrations', query: 'select version::text as key from __diesel_schema_migrations' },
  goose: {
    table: 'goose_db_version',
    query: `select version_id::text as key from (
      select distinct on (version_id) version_id, is_applied from goose_db_version order by version_id, id desc
    ) as last where is_applied and version_id > 0`,
  },
  'node-pg-migrate': { table: 'pgmigrations', query: 'select name as key from pgmigrations' },
  prisma: {
    table: '_prisma_migrations',
    query:
      'select distinct migration_name as key from _prisma_migrations where finished_at is not null and rolled_back_at is null',
  },
  sqlx: { table: '_sqlx_migrations', query: 'select version::text as key from _sqlx_migrations where success' },
}

/** The migrations that a tool has applied, according to its ledger; undefined if the ledger does not exist. */
export async function readForeignLedger(client: pg.Client, tool: MigrationTool): Promise<string[] | undefined> {
  const { table, query } = LEDGERS[tool]
  const { rows: found } = await client.query('select to_regclass($1) is not null as found', [table])
  if (!(found[0] as { found: boolean }).found) return undefined
  const { rows } = await client.query(query)
  return (rows as { key: string }[]).map(({ key }) => key)
}
