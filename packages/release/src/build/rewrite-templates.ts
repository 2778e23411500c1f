import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { listFiles } from '../manifest/list-files.ts'
import { rewriteImports } from './rewrite-imports.ts'

/**
 * Keeps only the runnable parts of compiled templates: their JavaScript, importing the released modules, and their source
 * maps.
 */
export async function rewriteTemplates(dir: string): Promise<void> {
  for (const path of listFiles(dir)) {
    const file = join(dir, path)
    if (/\.ets\.ts$|^index\.d\.ts$/.test(path)) await rm(file)
    else if (path.endsWith('.ets.js')) {
      const { code } = await rewriteImports(await readFile(file, 'utf8'))
      await writeFile(file, code)
    }
  }
}
