import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { UsageError } from '../../command.ts'
import { cliError } from '../../errors.ts'
import { noteOfDatabaseTools } from '../database-tools.ts'
import type { Plan } from '../plan.ts'
import { renderTemplate } from '../render.ts'

/** The path of the next migration, relative to the application, or of an existing one with this name. */
export async function nextMigration(root: string, name: string): Promise<string> {
  const dir = join(root, 'db/migrations')
  const same = existsSync(dir) ? readdirSync(dir).find(file => file.replace(/^\d+_/, '') === `${name}.sql`) : undefined
  if (same !== undefined) return `db/migrations/${same}`
  const { generateMigration } = await import('@arlen/pg/migrations')
  return relative(root, await generateMigration({ name, dir, dryRun: true }))
}

export async function planMigration(root: string, words: readonly string[]): Promise<Plan> {
  if (words.length === 0) throw new UsageError('generate migration needs a name: add_reviews')
  const name = words.join('_')
  if (/[^\w -]/.test(name) || !/[A-Za-z0-9]/.test(name)) {
    throw cliError('name_invalid', {
      name: JSON.stringify(words.join(' ')),
      problem: 'has to have letters from a to z and digits only',
    })
  }
  const { generateMigration } = await import('@arlen/pg/migrations')
  const path = relative(root, await generateMigration({ name, dir: join(root, 'db/migrations'), dryRun: true }))
  return {
    files: new Map([[path, await renderTemplate('migration.sql', {})]]),
    changes: [],
    notes: noteOfDatabaseTools(root),
  }
}

/**
 * Rejects a table that another migration creates, unless this very command wrote it.
 *
 * @throws ArlenError `table_exists`
 */
export function refuseExistingTable(root: string, table: string): void {
  const dir = join(root, 'db/migrations')
  const creates = new RegExp(
    `^\\s*create\\s+table\\s+(?:if\\s+not\\s+exists\\s+)?(?:"?\\w+"?\\.)?"?${table}"?\\s`,
    'im',
  )
  for (const file of existsSync(dir) ? readdirSync(dir).sort() : []) {
    if (!file.endsWith('.sql') || file.replace(/^\d+_/, '') === `create_${table}.sql`) continue
    if (creates.test(readFileSync(join(dir, file), 'utf8'))) throw cliError('table_exists', { file, table })
  }
}
