import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { releaseError } from '../errors.ts'
import type { Platform } from '../manifest/manifest.ts'
import { both } from './both.ts'
import { dropOptionalPeers } from './drop-optional-peers.ts'
import { mergeFolders } from './merge-folders.ts'
import { dropOtherPlatforms, requirePlatforms } from './native-modules.ts'
import { platformName } from './platform.ts'

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
 * @param platforms - where native modules are to run; undefined for this machine alone
 * @param signal - ends the package manager
 * @throws lockfile_missing, manager_unsupported, install_failed; for several platforms platform_missing, platforms_differ
 */
export async function installDependencies(
  root: string,
  stage: string,
  out: string,
  platforms: readonly Platform[] | undefined,
  signal: AbortSignal,
): Promise<void> {
  const manager = findManager(root)
  const modules = join(out, 'node_modules')
  // npm installs for one platform at a time, pnpm for all at once.
  const parts = manager.name === 'npm' && platforms ? platforms.map(platform => [platform]) : [platforms]
  for (const [index, part] of parts.entries()) {
    const folder = join(stage, String(index))
    if (manager.folder === root) await installAlone(manager, root, folder, platformArguments(part), signal)
    else await deployFromWorkspace(manager, root, folder, platformArguments(part), signal)
    const installed = join(folder, 'node_modules')
    if (!existsSync(installed)) continue // no dependencies
    await removeTraces(installed)
    if (index === 0) await rename(installed, modules)
    else {
      const path = mergeFolders(installed, modules)
      if (path !== undefined) throw releaseError('platforms_differ', { path, platform: platformName(part![0]!) })
    }
  }
  if (platforms === undefined || !existsSync(modules)) return
  await dropOtherPlatforms(modules, platforms)
  requirePlatforms(modules, platforms)
}

/** Both npm and pnpm know these options; pnpm takes each more than once. */
function platformArguments(platforms: readonly Platform[] = []): string[] {
  const words = platforms.flatMap(({ os, arch, libc }) => [
    `--os=${os}`,
    `--cpu=${arch}`,
    ...(libc === undefined ? [] : [`--libc=${libc}`]),
  ])
  return [...new Set(words)]
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
async function installAlone(
  { name }: Manager,
  root: string,
  stage: string,
  platform: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await mkdir(stage, { recursive: true })
  for (const file of ['package.json', '.npmrc', 'pnpm-workspace.yaml', ...Object.keys(LOCK_FILES)]) {
    if (existsSync(join(root, file))) await cp(join(root, file), join(stage, file))
  }
  if (name === 'npm') {
    await install(
      'npm',
      ['ci', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline', ...platform],
      stage,
      signal,
    )
    await dropOptionalPeers(stage)
  } else await install('pnpm', ['install', '--prod', '--frozen-lockfile', ...PNPM_OPTIONS, ...platform], stage, signal)
}

/** An application of a workspace, whose packages are copied. */
async function deployFromWorkspace(
  { name, folder }: Manager,
  root: string,
  stage: string,
  platform: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (name === 'npm') {
    throw releaseError('source_unsupported', {
      file: join(root, 'package.json'),
      reason: 'an application in an npm workspace cannot be released; use pnpm, or give it a lock file of its own',
    })
  }
  const { name: packageName } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { name: string }
  const options = ['--filter', packageName, '--prod', '--legacy', ...PNPM_OPTIONS, ...platform]
  const [, names] = await both(
    install('pnpm', [...options, 'deploy', stage], folder, signal),
    workspacePackages(folder, signal),
  )
  await publishManifests(names, join(stage, 'node_modules'))
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

/** The names of the packages of a workspace. */
async function workspacePackages(workspace: string, signal: AbortSignal): Promise<string[]> {
  const stdout = await install('pnpm', ['--recursive', 'list', '--depth', '-1', '--json'], workspace, signal)
  return (JSON.parse(stdout) as { name?: string }[]).flatMap(({ name }) => name ?? [])
}

/** `pnpm deploy` copies the files that would be published, but not the manifest. */
async function publishManifests(names: readonly string[], modules: string): Promise<void> {
  for (const name of names) {
    const file = join(modules, name, 'package.json')
    if (!existsSync(file)) continue
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

/** Runs a package manager. Resolves with its output. */
async function install(command: string, args: readonly string[], cwd: string, signal: AbortSignal): Promise<string> {
  const env = { ...process.env, CI: 'true', NODE_ENV: 'production' }
  const running = run(command, args, { cwd, env, maxBuffer: 2 ** 26, signal })
  const closed = new Promise(resolve => running.child.once('close', resolve))
  try {
    return (await running).stdout
  } catch (cause) {
    // It still writes to the folder that is about to be removed.
    if (signal.aborted) await closed
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
