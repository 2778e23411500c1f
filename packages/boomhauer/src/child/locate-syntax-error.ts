import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseSyntaxErrorHeader, type SourceLocation } from '@arlen/core/stack'

const CHECK = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './syntax-check.ts' : './syntax-check.js', import.meta.url),
)
/** The file that failed to compile is among the last ones loaded. */
const CANDIDATES = 6

/**
 * Locates a syntax error whose stack has no location: from the error itself, or by compiling the files again in a process
 * that prints the location.
 *
 * @param files - the loaded files, in order
 */
export function locateSyntaxError(error: Error, files: readonly string[]): SourceLocation | undefined {
  const json = /^(.+\.json): .*\(line (\d+) column (\d+)\)/.exec(error.message)
  if (json) return { file: json[1]!, line: Number(json[2]), column: Number(json[3]) }
  const sources = files.filter(file => /\.[cm]?[jt]s$/.test(file) && !file.includes('/node_modules/'))
  for (const file of new Set(sources.toReversed().slice(0, CANDIDATES))) {
    const args = ['--no-warnings', '--experimental-vm-modules', CHECK, file]
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 5_000 })
    const printed = status === 0 ? undefined : parseSyntaxErrorHeader(stderr, told => told === file)
    if (printed) return printed
  }
  return undefined
}
