import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const BIN = join(import.meta.dirname, '../../packages/cli/src/bin.ts')

/** Runs `arlen` in a folder. Rejects where it fails. */
export async function arlen(cwd: string, ...argv: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, ['--conditions=@arlen/source', BIN, ...argv], { cwd })
}
