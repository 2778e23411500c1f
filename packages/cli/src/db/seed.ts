import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createPg, type Database } from '@arlen/pg'
import { openClient } from '@arlen/pg/connection'
import { cliError } from '../errors.ts'
import type { Target } from './target.ts'

const FILES = ['db/seeds.ts', 'db/seeds.js', 'db/seeds.sql']

/** The seeds of an application, if it has any. */
export function findSeeds(root: string): string | undefined {
  return FILES.find(file => existsSync(join(root, file)))
}

/**
 * Fills a database completely or not at all: with `db/seeds.ts`, whose default export is a function of the database, or
 * with `db/seeds.sql`.
 *
 * @returns the file
 * @throws ArlenError `seeds_missing`, `seeds_invalid`
 */
export async function seed(root: string, { dsn }: Target): Promise<string> {
  const file = findSeeds(root)
  if (file === undefined) throw cliError('seeds_missing', { files: FILES.join(', ') })
  if (file.endsWith('.sql')) await runScript(dsn, readFileSync(join(root, file), 'utf8'))
  else await runModule(dsn, join(root, file), file)
  return file
}

async function runModule(dsn: string, path: string, file: string): Promise<void> {
  const { default: run } = (await import(pathToFileURL(path).href)) as { default?: (db: Database) => unknown }
  if (typeof run !== 'function') throw cliError('seeds_invalid', { file })
  const db = createPg(dsn)
  try {
    await db.tx(async tx => void (await run(tx)))
  } finally {
    await db.close()
  }
}

/** In the simple protocol, statements sent together are one transaction. */
async function runScript(dsn: string, text: string): Promise<void> {
  const client = await openClient(dsn)
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
