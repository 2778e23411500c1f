import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/**
 * A reader's machine: a folder, and a PATH that begins with the `npm` and `npx` of a walkthrough. create-arlen creates new
 * applications, which run from the sources of this repository, so nothing is published or installed for them.
 */
export function readersEnvironment(folder: string): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  writeProgram(join(bin, 'npm'), NPM)
  writeProgram(join(bin, 'npx'), NPX)
  const { NODE_OPTIONS: _, ...env } = process.env
  return {
    ...env,
    PATH: [bin, env.PATH].join(delimiter),
    NO_COLOR: '1',
    NODE_OPTIONS: '--conditions=@arlen/source',
    WALKTHROUGH_REPOSITORY: root,
    REAL_PATH: env.PATH,
  }
}

function writeProgram(path: string, code: string): void {
  writeFileSync(path, `#!${process.execPath}\n${code}`)
  chmodSync(path, 0o755)
}

const NPX = `
const { spawnSync } = require('node:child_process')
const [command, ...args] = process.argv.slice(2)
if (command !== 'arlen') throw new Error('a walkthrough knows npx arlen, not npx ' + command)
process.execve(process.execPath, [process.execPath, process.env.WALKTHROUGH_REPOSITORY + '/packages/cli/src/bin.ts', ...args], process.env)
`

const NPM = `
const { spawnSync } = require('node:child_process')
const { existsSync, mkdirSync, readdirSync, symlinkSync } = require('node:fs')
const { join } = require('node:path')
const root = process.env.WALKTHROUGH_REPOSITORY
const templates = join(root, 'packages/create-arlen/templates')
const [command, ...args] = process.argv.slice(2)
if (command === 'create') create(args.slice(1).filter(arg => arg !== '--'))
else if (command === 'install' && args.length > 0) install(args.filter(arg => !arg.startsWith('-')))
else forward()

function create(args) {
  const name = args.find(arg => !arg.startsWith('-'))
  const bin = join(root, 'packages/create-arlen/src/bin.ts')
  const { status } = spawnSync(process.execPath, [bin, ...args, '--yes', '--no-install', '--no-git'], { stdio: 'inherit' })
  if (status !== 0) process.exit(status)
  const template = args.includes('--lite') ? 'lite' : args.includes('--api') ? 'api' : 'full'
  const from = join(templates, template, 'node_modules')
  mkdirSync(join(name, 'node_modules'))
  for (const entry of readdirSync(from)) {
    if (entry !== '.arlen') symlinkSync(join(from, entry), join(name, 'node_modules', entry))
  }
}

function install(names) {
  for (const name of names) {
    const from = [join(templates, 'full/node_modules', name), join(root, 'node_modules', name)].find(path => existsSync(path))
    if (from === undefined) throw new Error('a walkthrough cannot install ' + name)
    if (!existsSync(join('node_modules', name))) symlinkSync(from, join('node_modules', name))
  }
}

function forward() {
  const env = { ...process.env, PATH: process.env.REAL_PATH }
  process.exit(spawnSync('npm', [command, ...args], { stdio: 'inherit', env }).status)
}
`
