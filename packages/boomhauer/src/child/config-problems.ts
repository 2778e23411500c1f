import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Diagnostic } from '@arlen/core'
import type { SourceLocation } from '@arlen/core/stack'
import { envFileNames } from '../build/env-files.ts'
import { findTopLevel } from './find-await.ts'
import { findSetting, findVariable } from './find-setting.ts'

/** The parts read here of what a `config_invalid` of @arlen/core lists. */
export interface ConfigProblem {
  /** The names that lead to the setting; empty for a variable that is not a setting. */
  path: readonly string[]
  /** The file that set it, relative to the root, or the variable. */
  source: string
  message: string
}

/** Where a file is to be read that exports nothing. */
const FIRST = { line: 1, column: 1 }

/** The problems that a configuration error lists, if it is one. */
export function problemsOf(error: unknown): readonly ConfigProblem[] {
  const listed = error instanceof Error && 'problems' in error ? error.problems : undefined
  return Array.isArray(listed) ? (listed as ConfigProblem[]) : []
}

/**
 * Splits the report of a configuration error into one for each problem, at the line that sets the value: in a file of
 * `config/`, in a `.env` file, or in the call that the report names.
 *
 * @param env - the name of the environment, which decides what `.env` files are read
 */
export function placeProblems(
  report: Diagnostic,
  problems: readonly ConfigProblem[],
  root: string,
  env: string,
): { problem: ConfigProblem; at: SourceLocation | undefined }[] {
  return problems.map(problem => ({ problem, at: callSiteOf(problem, report, root, env) }))
}

function callSiteOf(problem: ConfigProblem, report: Diagnostic, root: string, env: string): SourceLocation | undefined {
  const { path, source } = problem
  const file = join(root, source)
  if (/\.[cm]?[jt]s$/.test(source) && existsSync(file)) {
    const text = read(file)
    return at(file, path.length === 0 ? (findTopLevel('default', text) ?? FIRST) : findSetting(text, path))
  }
  if (source === 'createApp()' && report.file !== undefined && report.line !== undefined) {
    const caller = join(root, report.file)
    const text = read(caller)
    const from = text
      .split('\n')
      .slice(0, report.line - 1)
      .join('\n').length
    return at(caller, findSetting(text, ['config', ...path], from))
  }
  // Of several variables in one layer (`HOST, PORT, DATABASE_URL`), the one whose name ends like the setting's.
  const names = source.split(', ')
  const name = names.length === 1 ? source : names.find(each => each.endsWith((path.at(-1) ?? '').toUpperCase()))
  for (const each of name === undefined ? [] : envFileNames(env)) {
    const found = at(join(root, each), findVariable(read(join(root, each)), name!))
    if (found) return found
  }
  return undefined
}

function at(file: string, position: { line: number; column: number } | undefined): SourceLocation | undefined {
  return position && { file, ...position }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // no such file
  }
}
