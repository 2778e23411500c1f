import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Registry } from '../registry/registry.ts'
import type { Cell } from './cells.ts'

const run = promisify(execFile)
const RELEASES = join(import.meta.dirname, '../../.toolchain/releases')

/** The outcome of a command. */
export interface Outcome {
  code: number
  /** Its output on both streams. */
  output: string
  ms: number
}

/** A user with a Node.js, a package manager and a folder, who installs from the registry. */
export class User {
  readonly cell: Cell
  readonly folder: string
  readonly env: Readonly<Record<string, string>>

  private constructor(cell: Cell, folder: string, env: Readonly<Record<string, string>>) {
    this.cell = cell
    this.folder = folder
    this.env = env
  }

  static async create(cell: Cell, folder: string, registry: Pick<Registry, 'env'>): Promise<User> {
    mkdirSync(folder, { recursive: true })
    const programs = join(folder, 'bin')
    mkdirSync(programs)
    // Nothing from the repository's own toolchain except its package managers.
    symlinkSync(await nodeBinary(cell.node), join(programs, 'node'))
    for (const name of ['npm', 'npx', 'pnpm']) symlinkSync(realpathSync(onPath(name)), join(programs, name))
    const env = {
      PATH: [programs, '/usr/bin', '/bin'].join(delimiter),
      HOME: process.env.HOME ?? folder,
      ...passedOn(),
    }
    return new User(cell, folder, { ...env, ...registry.env })
  }

  /** Runs a command and waits for it to end, successfully or not. */
  run(cwd: string, [program = '', ...args]: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
    const started = performance.now()
    return new Promise(resolve => {
      const options = { cwd, env: { ...this.env, ...env }, maxBuffer: 32 * 1024 * 1024 }
      execFile(program, args, options, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
        resolve({ code, output: stdout + stderr, ms: performance.now() - started })
      })
    })
  }

  /** Runs a command that must succeed. @returns its output */
  async must(cwd: string, command: readonly string[], env: Record<string, string> = {}): Promise<string> {
    const { code, output } = await this.run(cwd, command, env)
    if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${output}`)
    return output
  }

  install(cwd: string): Promise<string> {
    return this.must(cwd, this.cell.packageManager === 'npm' ? ['npm', 'install'] : ['pnpm', 'install'])
  }

  /** `arlen …` from a folder's own node_modules. */
  arlen(cwd: string, ...args: string[]): string[] {
    return [join(cwd, 'node_modules/.bin/arlen'), ...args]
  }

  /**
   * Starts a server, waits until it prints its address, and stops it when the function is done.
   *
   * @param ready - finds the URL in its output
   */
  async serving<T>(
    cwd: string,
    [program = '', ...args]: readonly string[],
    env: Record<string, string>,
    ready: (output: string) => string | undefined,
    use: (url: string, output: () => string) => Promise<T>,
  ): Promise<T> {
    const child = spawn(program, args, { cwd, env: { ...this.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    try {
      const url = await new Promise<string>((resolve, reject) => {
        const read = (chunk: Buffer) => {
          output += chunk
          const found = ready(output)
          if (found !== undefined) resolve(found)
        }
        child.stdout.on('data', read)
        child.stderr.on('data', read)
        child.once('error', reject)
        child.once('exit', code => reject(new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output}`)))
      })
      return await use(url, () => output)
    } finally {
      if (child.exitCode === null) {
        const ended = new Promise(resolve => child.once('exit', resolve))
        child.kill('SIGTERM')
        await ended
      }
    }
  }
}

/** Writes the files of a project. */
export function writeProject(folder: string, files: Readonly<Record<string, string | object>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`)
  }
}

/** The program of a Node.js release, installed from npm once unless it is the one that runs here. */
export async function nodeBinary(version: string): Promise<string> {
  if (version === process.versions.node) return realpathSync(process.execPath)
  const home = join(RELEASES, version)
  const binary = join(home, 'node_modules/node/bin/node')
  if (!existsSync(binary)) {
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, 'package.json'), '{ "private": true }\n')
    const quiet = ['--no-audit', '--no-fund', '--ignore-scripts=false']
    await run('npm', ['install', ...quiet, `node@${version}`], { cwd: home })
  }
  return realpathSync(binary)
}

function onPath(name: string): string {
  const found = (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, name))
  const program = found.find(path => existsSync(path))
  if (!program) throw new Error(`there is no ${name} on PATH`)
  return program
}

/** The settings that a machine needs to reach a registry. */
function passedOn(): Record<string, string> {
  const names = /^(https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_\w+|TMPDIR|LANG)$/i
  return Object.fromEntries(Object.entries(process.env).filter(([name, value]) => names.test(name) && value)) as Record<
    string,
    string
  >
}
