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

/**
 * Locates a syntax error whose stack has no location: from the error itself, or by compiling the files again in a process
 * that prints the location.
 *
 * @param files - the application's own files that were loaded
 */
export function locateSyntaxError(error: Error, files: readonly string[]): SourceLocation | undefined {
  const json = files.find(file => file.endsWith('.json') && error.message.startsWith(`${file}: `))
  if (json) return { file: json, ...(findJsonError(read(json)) ?? { line: 1 }) }
  // Modules of one level are compiled together, so that the broken one may stand anywhere.
  const sources = files.filter(file => /\.[cm]?[jt]s$/.test(file))
  const args = ['--no-warnings', '--experimental-vm-modules', CHECK]
  const input = JSON.stringify({ message: error.message, files: sources })
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 5_000, input })
  return status === 0 ? undefined : parseSyntaxErrorHeader(stderr, told => sources.includes(told))
}

/** A hint for what TypeScript compiles and Node.js does not; undefined for any other syntax. */
export function syntaxHint({ file, line, column = 1 }: SourceLocation): string | undefined {
  const code = read(file).split('\n')[line - 1] ?? ''
  return code[column - 1] === '@' || /\baccessor\s*$/.test(code.slice(0, column - 1))
    ? 'Node.js runs TypeScript by removing its types, so decorators and `accessor` do not work.'
    : undefined
}
