import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pgError } from '../errors.ts'
import { oneLine } from '../sql/one-line.ts'
import { type StatementText, splitStatements } from '../sql/sql-scanner.ts'
import { ChecksumMemory, LARGE, type Remembered } from './checksum-memory.ts'
import { refuseCreateAndDrop } from './create-and-drop.ts'
import { FILE_NAME, listMigrations } from './folder.ts'
import { splitSections } from './sections.ts'

/** One file of `db/migrations`. */
export interface Migration {
  /** The digits before the name, as written. */
  version: string
  name: string
  /** Without its folder. */
  file: string
  up: string
  /** Undefined if the file has no `-- down`. Both parts keep their positions in the file, with blanks for the rest. */
  down: string | undefined
  /** False with `-- no transaction`, for a statement that PostgreSQL does not accept otherwise. */
  transactional: boolean
  /** A checksum of its effect: comments, white space and line endings do not count. */
  checksum: string
}

/**
 * Reads the migrations of a folder, oldest first.
 *
 * @throws `migrations_not_found`, `migrations_foreign`, `migration_invalid`
 */
export async function readMigrations(dir: string): Promise<Migration[]> {
  const files = await listMigrations(dir)
  const memory = await ChecksumMemory.open(dir)
  const migrations = await Promise.all(files.map(file => readMigration(dir, file, memory)))
  await memory.save()
  migrations.sort(byVersion)
  for (let i = 1; i < migrations.length; i++) {
    const [a, b] = [migrations[i - 1]!, migrations[i]!]
    if (BigInt(a.version) === BigInt(b.version)) {
      throw pgError('migration_invalid', { file: b.file, reason: `has the same version as ${a.file}; rename one` })
    }
  }
  return migrations
}

async function readMigration(dir: string, file: string, memory: ChecksumMemory): Promise<Migration> {
  const text = await readText(dir, file)
  const isLarge = text.length >= LARGE
  const known = isLarge ? memory.get(text) : undefined
  if (known) return remembered(file, text, known)
  const { statements, ...migration } = parse(file, text)
  refuseCreateAndDrop(file, migration.up, statements)
  if (isLarge) memory.set(text, migration)
  return migration
}

/** A migration that was valid when it was last read. It is parsed only if it must run. */
function remembered(file: string, text: string, { checksum, transactional }: Remembered): Migration {
  const [, version = '', name = ''] = FILE_NAME.exec(file) ?? []
  let parsed: Migration | undefined
  const whole = () => {
    parsed ??= parseMigration(file, text)
    return parsed
  }
  return {
    version,
    name,
    file,
    transactional,
    checksum,
    get up() {
      return whole().up
    },
    get down() {
      return whole().down
    },
  }
}

async function readText(dir: string, file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(join(dir, file)))
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const reason = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'is not UTF-8; save it as that' : message
    throw pgError('migration_invalid', { file, reason }, { cause })
  }
}

/** The migration with the version or name `7`, `0007` or `0007_add_users`. */
export function findMigration(migrations: readonly Migration[], given: string, dir: string): Migration {
  const wanted = readVersion(given)
  const found = migrations.find(({ version }) => BigInt(version) === wanted)
  if (found) return found
  throw pgError('migration_invalid', { file: given, reason: `no file in ${dir} has this version` })
}

export function readVersion(given: string): bigint {
  const digits = /^(\d+)(?:_.*)?$/.exec(given)?.[1]
  if (digits !== undefined) return BigInt(digits)
  throw pgError('migration_invalid', { file: given, reason: 'is no version, which is what a file begins with: 0007' })
}

export function byVersion(a: { version: string }, b: { version: string }): number {
  const [x, y] = [BigInt(a.version), BigInt(b.version)]
  return x < y ? -1 : x > y ? 1 : 0
}

/**
 * Reads one migration.
 *
 * @throws `migration_invalid`
 */
export function parseMigration(file: string, text: string): Migration {
  const { statements: _, ...migration } = parse(file, text)
  return migration
}

function parse(file: string, text: string): Migration & { statements: StatementText[] } {
  const match = FILE_NAME.exec(file)
  if (!match)
    throw pgError('migration_invalid', {
      file,
      reason: 'is not named <version>_<name>.sql, such as 20260131120000_add_users.sql',
    })
  const { up, down, transactional } = splitSections(file, text.replace(/^\uFEFF/, ''))
  const statements = splitStatements(up)
  refuseUnsound(file, up, statements, transactional, 'up')
  if (down !== undefined) refuseUnsound(file, down, splitStatements(down), transactional, 'down')
  const checksum = createHash('sha256')
    .update(`${transactional}\n${statements.map(({ normal }) => normal).join(' ; ')}`)
    .digest('hex')
  return { version: match[1]!, name: match[2]!, file, up, down, transactional, checksum, statements }
}

const TRANSACTION_CONTROL =
  /^(?:begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|prepare\s+transaction)\b/i
/** Its own commands, and data that follows a COPY. */
const OF_PSQL = /^(?:\\|copy\b.* from stdin\b)/i
const NAMELESS_INDEX = /^create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?on\b/i

function refuseUnsound(
  file: string,
  text: string,
  split: readonly StatementText[],
  transactional: boolean,
  part: string,
): void {
  const refuse = (reason: string) => pgError('migration_invalid', { file, reason })
  const statements = split.map(({ normal }) => normal)
  if (statements.length === 0) throw refuse(`has nothing to run under "-- ${part}"`)
  const control = statements.find(statement => TRANSACTION_CONTROL.test(statement))
  if (transactional && control) {
    throw refuse(`has "${control}"; a migration is one transaction, together with its record, and must not end it`)
  }
  if (text.includes('\0')) throw refuse('has a NUL character, at which PostgreSQL would stop reading')
  const foreign = statements.find(statement => OF_PSQL.test(statement))
  if (foreign) throw refuse(`has "${oneLine(foreign, 60)}", which psql understands and the server does not`)
  if (transactional) return
  if (statements.length > 1) {
    throw refuse(
      'is marked "-- no transaction" and has several statements. Give each a file of its own, so that one that was interrupted is never half done',
    )
  }
  if (NAMELESS_INDEX.test(statements[0]!)) {
    throw refuse('creates an index without a name. Name it, so that it can be found again when that was interrupted')
  }
}
