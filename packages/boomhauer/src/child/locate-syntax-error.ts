import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseSyntaxErrorHeader, type SourceLocation } from '@arlen/core/stack'
import { findJsonError } from './find-json-error.ts'

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\ufeff/, '')
  } catch {
    return '' // deleted in the meantime
  }
}

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
  const json = files.find(file => file.endsWith('.json') && error.message.startsWith(`${file}: `))
  if (json) return { file: json, ...(findJsonError(read(json)) ?? { line: 1 }) }
  const sources = files.filter(file => /\.[cm]?[jt]s$/.test(file) && !file.includes('/node_modules/'))
  for (const file of new Set(sources.toReversed().slice(0, CANDIDATES))) {
    const args = ['--no-warnings', '--experimental-vm-modules', CHECK, file]
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 5_000 })
    const printed = status === 0 ? undefined : parseSyntaxErrorHeader(stderr, told => told === file)
    if (printed) return printed
  }
  return undefined
}
