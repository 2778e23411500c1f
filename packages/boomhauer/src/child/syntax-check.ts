/**
 * Runs in a process of its own: compiles a module, without running it, and lets the error of syntax end the process. Node
 * tells the place of such an error only where it prints it.
 */
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { compileFunction, SourceTextModule } from 'node:vm'

const file = process.argv[2]!
const text = readFileSync(file, 'utf8')
const code = /\.[cm]?ts$/.test(file) ? stripTypeScriptTypes(text) : text // keeps every character in its place
const names = ['exports', 'require', 'module', '__filename', '__dirname']
if (/\.c[jt]s$/.test(file)) compileFunction(code, names, { filename: file })
else new SourceTextModule(code, { identifier: file })
