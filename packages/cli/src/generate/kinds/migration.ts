import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { UsageError } from '../../command.ts'
import type { Plan } from '../plan.ts'
import { renderTemplate } from '../render.ts'

/** The path of the next migration, from the folder of the application; that of one with this name, where there is one. */
export async function nextMigration(root: string, name: string): Promise<string> {
  const dir = join(root, 'db/migrations')
  const same = existsSync(dir) ? readdirSync(dir).find(file => file.replace(/^\d+_/, '') === `${name}.sql`) : undefined
  if (same !== undefined) return `db/migrations/${same}`
  const { generateMigration } = await import('@arlen/pg/migrations')
  return relative(root, await generateMigration({ name, dir, dryRun: true }))
}

export async function planMigration(root: string, words: readonly string[]): Promise<Plan> {
  if (words.length === 0) throw new UsageError('generate migration needs a name: add_reviews')
  const { generateMigration } = await import('@arlen/pg/migrations')
  const path = relative(
    root,
    await generateMigration({ name: words.join('_'), dir: join(root, 'db/migrations'), dryRun: true }),
  )
  return { files: new Map([[path, await renderTemplate('migration.sql', {})]]), changes: [], notes: [] }
}
