import type { Dirent } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pgError } from '../errors.ts'

/** Tools whose folders are recognized. */
export type MigrationTool = 'dbmate' | 'diesel' | 'goose' | 'node-pg-migrate' | 'prisma' | 'sqlx'

export const FILE_NAME: RegExp = /^(\d+)_([A-Za-z0-9_-]+)\.sql$/

/**
 * The names of the migrations in a folder. Anything else that could be a migration is an error, because a file that is
 * skipped silently would seem applied.
 *
 * @throws `migrations_not_found` if the folder does not exist, `migrations_foreign` if it belongs to another tool,
 * `migration_invalid` for a file with an invalid name
 */
export async function listMigrations(dir: string): Promise<string[]> {
  const entries = await readFolder(dir)
  const hasOwn = entries.some(({ name }) => FILE_NAME.test(name))
  const tool = (await recognizeByNames(dir, entries)) ?? (hasOwn ? undefined : await recognizeNested(dir, entries))
  if (tool) throw pgError('migrations_foreign', { dir, ...tool })
  for (const { name } of entries) {
    if (/\.sql$/i.test(name) && !name.endsWith('.sql')) {
      throw pgError('migration_invalid', { file: name, reason: 'does not end in .sql in small letters; rename it' })
    }
  }
  return entries.map(({ name }) => name).filter(name => name.endsWith('.sql'))
}

/**
 * "Nothing to do" must not be a success if the files are missing, as in an image that was built without them.
 *
 * @throws `migrations_not_found` if there is neither a migration nor an applied one
 */
export function requireSome(dir: string, migrations: readonly unknown[], applied: readonly unknown[]): void {
  if (migrations.length + applied.length === 0) throw notFound(dir, 'is empty')
}

/** Without hidden files such as `.gitkeep`. */
export async function readFolder(dir: string): Promise<Dirent[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw notFound(dir, 'does not exist')
    if (error.code === 'ENOTDIR') throw notFound(dir, 'is no folder')
    throw error
  })
  return entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1))
}

function notFound(dir: string, reason: string): Error {
  return pgError('migrations_not_found', { dir, reason })
}

export interface Recognized {
  tool: MigrationTool | 'another tool'
  /** Recognizes it, from the folder. */
  example: string
}

/** Layouts that file and folder names reveal. */
export async function recognizeByNames(dir: string, entries: readonly Dirent[]): Promise<Recognized | undefined> {
  for (const entry of entries) {
    const { name } = entry
    if (entry.isDirectory() && !name.endsWith('.sql')) {
      const inside = await readdir(join(dir, name))
      if (inside.includes('migration.sql')) return { tool: 'prisma', example: `${name}/migration.sql` }
      if (inside.includes('up.sql')) return { tool: 'diesel', example: `${name}/up.sql` }
    }
    if (/^\d+_.*\.up\.sql$/.test(name)) return { tool: 'sqlx', example: name }
    if (/^\d+[_-].*\.[cm]?[jt]s$/.test(name)) return { tool: 'node-pg-migrate', example: name }
  }
  return undefined
}

/** SQL files in a subfolder, if there are none outside. */
async function recognizeNested(dir: string, entries: readonly Dirent[]): Promise<Recognized | undefined> {
  for (const { name } of entries.filter(entry => entry.isDirectory())) {
    const sql = (await readdir(join(dir, name))).find(file => /\.sql$/i.test(file))
    if (sql !== undefined) return { tool: 'another tool', example: `${name}/${sql}` }
  }
  return undefined
}

const MARKS: readonly [MigrationTool, RegExp][] = [
  ['dbmate', /^[ \t]*--[ \t]*migrate:up\b/m],
  ['goose', /^[ \t]*--[ \t]*\+goose[ \t]+up\b/im],
  ['node-pg-migrate', /^[ \t]*--[ \t]*up migration\b/im],
]

/** Layouts that comments in the files reveal. */
export async function recognizeByMarks(dir: string, files: readonly string[]): Promise<Recognized | undefined> {
  for (const example of files) {
    const text = await readFile(join(dir, example), 'utf8')
    const found = MARKS.find(([, mark]) => mark.test(text))
    if (found) return { tool: found[0], example }
  }
  return undefined
}
