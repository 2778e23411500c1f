import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { releaseError } from '../errors.ts'
import { dropOptionalPeers } from './drop-optional-peers.ts'

const run = promisify(execFile)

/** A program that installs exactly what a lock file lists. */
interface Manager {
  name: 'npm' | 'pnpm'
  /** The folder of the lock file: the application's own, or that of its workspace. */
  folder: string
}

const LOCK_FILES: Readonly<Record<string, string>> = {
  'package-lock.json': 'npm',
  'npm-shrinkwrap.json': 'npm',
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'Yarn',
  'bun.lock': 'Bun',
  'bun.lockb': 'Bun',
}

/**
 * Without symbolic links, whose targets depend on where the packages were copied from, and without hard links: making a
 * file of the release read-only would also make it read-only in pnpm's store.
 */
const PNPM_OPTIONS = ['--prefer-offline', '--config.node-linker=hoisted', '--config.package-import-method=copy']

/**
 * Files that package managers write about themselves, with times and paths of this machine; and commands that a release
 * does not need.
 */
const TRACE = /^\.(?:bin|cache|modules\.yaml|package-lock\.json|pnpm-.*|pnpm)$/
/** Types are not needed at run time, and Node.js rejects other TypeScript below node_modules. */
const TYPES = /\.[cm]?ts$|\.d\.[cm]?ts\.map$/

/**
 * Installs the production dependencies of an application into a release, from its lock file and with its package manager.
 *
 * @param stage - a folder for the installation, on the same file system as `out`
 * @throws lockfile_missing, manager_unsupported, install_failed
 */
export async function installDependencies(root: string, stage: string, out: string): Promise<void> {
  const manager = findManager(root)
  if (manager.folder === root) await installAlone(manager, root, stage)
  else await deployFromWorkspace(manager, root, stage)
  const modules = join(stage, 'node_modules')
  if (!existsSync(modules)) return // no dependencies
  await removeTraces(modules)
  await rename(modules, join(out, 'node_modules'))
}

function findManager(root: string): Manager {
  for (let folder = root; ; folder = dirname(folder)) {
    for (const [file, name] of Object.entries(LOCK_FILES)) {
      if (!existsSync(join(folder, file))) continue
      if (name !== 'npm' && name !== 'pnpm') {
        throw releaseError('manager_unsupported', { file: join(folder, file), manager: name })
      }
      return { name, folder }
    }
    if (folder === dirname(folder)) throw releaseError('lockfile_missing', { root })
  }
}

/** An application with its own lock file. */
async function installAlone({ name }: Manager, root: string, stage: string): Promise<void> {
  await mkdir(stage, { recursive: true })
  for (const file of ['package.json', '.npmrc', 'pnpm-workspace.yaml', ...Object.keys(LOCK_FILES)]) {
    if (existsSync(join(root, file))) await cp(join(root, file), join(stage, file))
  }
  if (name === 'npm') {
    await install('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline'], stage)
    await dropOptionalPeers(stage)
  } else await install('pnpm', ['install', '--prod', '--frozen-lockfile', ...PNPM_OPTIONS], stage)
}

/** An application of a workspace, whose packages are copied. */
async function deployFromWorkspace({ name, folder }: Manager, root: string, stage: string): Promise<void> {
  if (name === 'npm') {
    throw releaseError('source_unsupported', {
      file: join(root, 'package.json'),
      reason: 'an application in an npm workspace cannot be released; use pnpm, or give it a lock file of its own',
    })
  }
  const { name: packageName } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { name: string }
  await install('pnpm', ['--filter', packageName, '--prod', '--legacy', ...PNPM_OPTIONS, 'deploy', stage], folder)
  await publishManifests(folder, join(stage, 'node_modules'))
}

/** What pnpm takes from `publishConfig` when it publishes a package. Its `files` may be those that only these lead to. */
const PUBLISHED = [
  'main',
  'module',
  'exports',
  'imports',
  'bin',
  'type',
  'browser',
  'types',
  'typings',
  'umd:main',
] as const

/** `pnpm deploy` copies the files that would be published, but not the manifest. */
async function publishManifests(workspace: string, modules: string): Promise<void> {
  const { stdout } = await run('pnpm', ['--recursive', 'list', '--depth', '-1', '--json'], {
    cwd: workspace,
    maxBuffer: 2 ** 26,
  })
  for (const { name } of JSON.parse(stdout) as { name?: string }[]) {
    const file = join(modules, name ?? '', 'package.json')
    if (name === undefined || !existsSync(file)) continue
    const manifest = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
    const published = (manifest.publishConfig ?? {}) as Record<string, unknown>
    const fields = PUBLISHED.filter(field => field in published)
    if (fields.length === 0) continue
    for (const field of fields) manifest[field] = published[field]
    // Another name of this file is in pnpm's store.
    await rm(file)
    await writeFile(file, `${JSON.stringify(manifest, undefined, 2)}\n`)
  }
}

async function install(command: string, args: readonly string[], cwd: string): Promise<void> {
  try {
    await run(command, args, { cwd, env: { ...process.env, CI: 'true', NODE_ENV: 'production' }, maxBuffer: 2 ** 26 })
  } catch (cause) {
    const { stdout = '', stderr = '', message } = cause as { stdout?: string; stderr?: string; message: string }
    const output = `${stdout}${stderr}`.trim().split('\n').slice(-20).join('\n') || message
    throw releaseError('install_failed', { command: [command, ...args].join(' '), root: cwd, output }, { cause })
  }
}

/** Removes the parts of installed packages that differ between machines or do not run. */
async function removeTraces(folder: string, isModules = true): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    const isTrace = isModules && (TRACE.test(entry.name) || entry.name === '@types')
    if (isTrace || TYPES.test(entry.name)) await rm(path, { recursive: true })
    else if (entry.isDirectory()) await removeTraces(path, entry.name === 'node_modules')
  }
}
