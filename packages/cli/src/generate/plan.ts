import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cliError } from '../errors.ts'

/** What will be written: whole files, and lines in existing files. */
export interface Plan {
  files: Map<string, string>
  changes: Change[]
  /** What remains to be done by hand. */
  notes: string[]
}

/** Lines to add to a file. */
export interface Change {
  path: string
  text: string
  added: readonly string[]
}

/** The outcome of a plan. */
export interface Written {
  created: string[]
  overwritten: string[]
  unchanged: string[]
  changed: { path: string; added: readonly string[] }[]
  notes: readonly string[]
}

/**
 * Writes everything that is planned, or nothing. Existing files with other content are left alone, unless `force` is set.
 *
 * @throws ArlenError `files_exist`
 */
export async function carryOut(
  root: string,
  plan: Plan,
  { dryRun, force }: { dryRun: boolean; force: boolean },
): Promise<Written> {
  const written: Written = { created: [], overwritten: [], unchanged: [], changed: [], notes: plan.notes }
  for (const [path, text] of plan.files) {
    const file = join(root, path)
    if (!existsSync(file)) written.created.push(path)
    else if (readFileSync(file, 'utf8') === text) written.unchanged.push(path)
    else written.overwritten.push(path)
  }
  if (written.overwritten.length > 0 && !force) throw cliError('files_exist', { files: written.overwritten.join(', ') })
  const changes = plan.changes.filter(({ added }) => added.length > 0)
  written.changed = changes.map(({ path, added }) => ({ path, added }))
  if (dryRun) return written
  for (const path of [...written.created, ...written.overwritten]) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), plan.files.get(path)!)
  }
  for (const { path, text } of changes) await writeFile(join(root, path), text)
  return written
}
