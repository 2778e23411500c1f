/**
 * Runs in a separate process: compiles a module without running it, so that a syntax error ends the process. Node.js reveals
 * the location of such an error only in what it prints.
 */
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { compileFunction, SourceTextModule } from 'node:vm'

const file = process.argv[2]!
const text = readFileSync(file, 'utf8')
const code = /\.[cm]?ts$/.test(file) ? stripTypeScriptTypes(text) : text // preserves all positions
const names = ['exports', 'require', 'module', '__filename', '__dirname']
if (/\.c[jt]s$/.test(file)) compileFunction(code, names, { filename: file })
else new SourceTextModule(code, { identifier: file })
