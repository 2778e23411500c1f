/**
 * Runs in a separate process: compiles modules without running them, and ends with the syntax error of the message that is looked for,
 * else with the first. Node.js reveals the location of such an error only in what it prints.
 */
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { compileFunction, SourceTextModule } from 'node:vm'

const NAMES = ['exports', 'require', 'module', '__filename', '__dirname']

function compile(file: string): void {
  const text = readFileSync(file, 'utf8')
  const code = /\.[cm]?ts$/.test(file) ? stripTypeScriptTypes(text) : text // preserves all positions
  if (/\.c[jt]s$/.test(file)) compileFunction(code, NAMES, { filename: file })
  else new SourceTextModule(code, { identifier: file })
}

const { message, files } = JSON.parse(readFileSync(0, 'utf8')) as { message: string; files: readonly string[] }
let first: unknown
for (const file of files) {
  try {
    compile(file)
  } catch (error) {
    if (!(error instanceof SyntaxError)) continue // it was deleted in the meantime
    if (error.message === message) throw error
    first ??= error
  }
}
if (first !== undefined) throw first
