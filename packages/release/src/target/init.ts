import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runStep } from './explain.ts'
import { createTargetFolder, targetFolder } from './target-folder.ts'

/**
 * Turns a folder into a target: creates `releases/`, `shared/` and an empty `shared/env` as needed. It may be called again.
 *
 * @throws step_failed if the folder is not writable
 */
export async function initTarget(dir: string): Promise<void> {
  const target = targetFolder(dir)
  await runStep('init', 'Nothing was changed', async () => {
    await createTargetFolder(target)
    const env = join(target.shared, 'env')
    if (existsSync(env)) return
    // This file holds secrets.
    await writeFile(env, '# The environment of every release: NAME=value, one a line\n', { mode: 0o600, flag: 'wx' })
  })
}
