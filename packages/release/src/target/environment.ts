import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import type { TargetFolder } from './target-folder.ts'

/** The environment in which releases of a target run: this process's, overridden by `shared/env`. */
export async function targetEnvironment(target: TargetFolder): Promise<Record<string, string | undefined>> {
  const text = await readFile(join(target.shared, 'env'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return { ...process.env, ...parseEnv(text) }
}
