import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type CommandInput, type Io, rootOf } from './command.ts'
import { cliError } from './errors.ts'
import { APP_MODULES } from './load-app.ts'
import { readManifest } from './testing/find-runner.ts'

/** Whether the folder is a release: built, read-only, with neither tests nor development dependencies. */
export function isRelease(root: string): boolean {
  return ['manifest.json', 'bin/app'].every(name => existsSync(join(root, name)))
}

/** What the folder of an application has at least one of. */
const SIGNS = ['package.json', 'config', 'db/migrations', ...APP_MODULES]

/**
 * The folder of the application: `--root`, else the working folder.
 *
 * @throws ArlenError `root_missing`, `app_missing`, `manifest_invalid`
 */
export function appRootOf(input: CommandInput, io: Io): string {
  const root = rootOf(input, io)
  if (!existsSync(root)) throw cliError('root_missing', { root })
  if (!SIGNS.some(name => existsSync(join(root, name)))) throw cliError('app_missing', { root })
  readManifest(root) // Node.js would fail with each module, and not say why
  return root
}
