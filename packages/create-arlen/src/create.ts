import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { checkName } from './app-name.ts'
import { createError } from './errors.ts'
import { installProblem } from './install-problem.ts'
import { callingPackageManager, INSTALL, isOnPath, PACKAGE_MANAGERS, type PackageManager } from './package-manager.ts'
import { runCommand } from './run-command.ts'
import { dependenciesOf, TEMPLATES, type TemplateName, templateFiles } from './template.ts'
import { WrittenFiles } from './written-files.ts'

/** Options of {@link create}. */
export interface CreateOptions {
  /** Folder of the new application. Its last part is the application's name. */
  folder: string
  /** Default `full`. */
  template?: TemplateName
  /** Default: the one that runs this program, else npm. */
  packageManager?: PackageManager
  /** Whether to install the dependencies. Default true. */
  install?: boolean
  /** Whether to create a Git repository, unless the folder is already in one. Default true. */
  git?: boolean
  /** Whether to create it in a folder that is not empty, overwriting files of the same names. Default false. */
  force?: boolean
  /** The base of a relative `folder`. Default: the working folder. */
  cwd?: string
  /** Default: the process's. */
  env?: Readonly<Record<string, string | undefined>>
  /** When it aborts, everything is undone. */
  signal?: AbortSignal
  /** Called with a short description before each step. */
  onStep?: (step: string) => void
}

/** A new application. */
export interface Created {
  name: string
  /** Its absolute path. */
  folder: string
  template: TemplateName
  packageManager: PackageManager
  /** Whether its dependencies are installed. */
  installed: boolean
  /** Whether it has its own Git repository. */
  git: boolean
  /** The paths of its files, sorted. */
  files: string[]
}

const OPTIONS: OptionTable<CreateOptions> = {
  folder: option.required(option.text),
  template: option.oneOf(...(Object.keys(TEMPLATES) as TemplateName[])),
  packageManager: option.oneOf(...PACKAGE_MANAGERS),
  install: option.boolean,
  git: option.boolean,
  force: option.boolean,
  cwd: option.text,
  env: option.object,
  signal: option.any,
  onStep: option.func,
}

/**
 * Creates an application. If anything fails or the signal aborts, everything that was written is removed again.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`, `name_invalid`, `folder_not_empty`, `folder_is_file`,
 *   `folder_not_writable`, `package_manager_missing`, `install_failed`, `interrupted`
 */
export async function create(given: CreateOptions): Promise<Created> {
  const options = readOptions('create()', given, OPTIONS)
  const { template = 'full', install = true, env = process.env, signal = new AbortController().signal } = options
  const { packageManager = callingPackageManager(env), onStep = () => undefined } = options
  const folder = resolve(options.cwd ?? process.cwd(), options.folder)
  const name = basename(folder)
  if (/^@[^/]+\/[^/]+$/.test(options.folder)) throw scoped(options.folder, name)
  checkName(name, dependenciesOf(template))
  checkFolder(folder, options.force ?? false)
  if (install && !isOnPath(packageManager, env)) throw missing(packageManager)

  const files = templateFiles(template, name, packageManager)
  const written = new WrittenFiles(folder)
  try {
    onStep('Writing the files')
    for (const [path, text] of files) {
      await written.write(path, text).catch(error => {
        throw createError('folder_not_writable', { folder, reason: whyNot(error, folder) }, { cause: error })
      })
      throwIfAborted(signal)
    }
    if (install) {
      onStep(`Installing the dependencies with ${packageManager}`)
      for (const path of ['node_modules', 'package-lock.json', 'pnpm-lock.yaml']) await written.expect(path)
      await installDependencies(folder, packageManager, env, signal)
    }
    await written.expect('.git')
    const git = (options.git ?? true) && (await initRepository(folder, env, signal))
    return { name, folder, template, packageManager, installed: install, git, files: [...files.keys()].sort() }
  } catch (error) {
    await written.undo()
    throw error
  }
}

/** It is meant as the name of a package, and would become a folder in a folder. */
function scoped(folder: string, name: string): Error {
  return createError('name_invalid', {
    name: JSON.stringify(folder),
    reason: 'an application has no scope',
    suggestion: name,
  })
}

function checkFolder(folder: string, force: boolean): void {
  if (!existsSync(folder)) return
  if (!statSync(folder).isDirectory()) throw createError('folder_is_file', { folder })
  // An empty clone of a repository is a place to start.
  const there = namesIn(folder).filter(name => name !== '.git' && name !== '.DS_Store')
  if (there.length > 0 && !force) throw createError('folder_not_empty', { folder })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    throw createError('folder_not_writable', { folder, reason: reasonOf(error) }, { cause: error })
  }
}

async function installDependencies(
  cwd: string,
  packageManager: PackageManager,
  env: NonNullable<CreateOptions['env']>,
  signal: AbortSignal,
): Promise<void> {
  const command = INSTALL[packageManager]
  const { code, output } = await runCommand(command, { cwd, env, signal })
  throwIfAborted(signal)
  if (code === 0) return
  throw createError('install_failed', { command: command.join(' '), reason: installProblem(output) })
}

/** False if Git is missing, and in a folder of an existing repository. */
async function initRepository(
  cwd: string,
  env: NonNullable<CreateOptions['env']>,
  signal: AbortSignal,
): Promise<boolean> {
  if (!isOnPath('git', env)) return false
  const inside = await runCommand(['git', 'rev-parse', '--is-inside-work-tree'], { cwd, env, signal })
  throwIfAborted(signal)
  if (inside.code === 0) return false
  const made = await runCommand(['git', 'init', '--quiet', '--initial-branch=main'], { cwd, env, signal })
  throwIfAborted(signal)
  return made.code === 0
}

function missing(name: PackageManager): Error {
  return createError('package_manager_missing', { name, other: PACKAGE_MANAGERS.find(other => other !== name) })
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw createError('interrupted')
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'the file system takes no new folders',
  EEXIST: 'a part of the path is a symbolic link to nothing',
  ELOOP: 'a symbolic link in the path leads back to itself',
  ENAMETOOLONG: 'the path is too long',
  EDQUOT: 'your quota of the disk is used up',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is a file',
}

/** Node.js says of a folder on a read-only file system that it does not exist, so the nearest one that does is asked. */
function whyNot(error: unknown, folder: string): string {
  let existing = folder
  while (!existsSync(existing)) existing = dirname(existing)
  try {
    accessSync(existing, constants.W_OK)
  } catch (refusal) {
    return reasonOf(refusal)
  }
  return reasonOf(error)
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  return code === undefined ? String(error) : (REASONS[code] ?? code)
}
