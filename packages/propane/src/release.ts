import path from 'node:path'
import { propaneError } from './errors.ts'
import { fs } from './system/builtins.ts'

export interface Release {
  /** Where the module really is, symbolic links followed. */
  file: string
  /** Name of the folder that the last symbolic link in the path leads to; empty where there is none. */
  id: string
}

/**
 * The path as the user wrote it, made absolute without following links: `current/app.js` has to mean another file
 * after `current` was switched. That is why the shell's own idea of the working directory is preferred.
 */
export function logicalPath(file: string, env: NodeJS.ProcessEnv = process.env): string {
  return path.isAbsolute(file) ? path.normalize(file) : path.join(logicalCwd(env), file)
}

/** The working directory with its links: `PWD`, where that is still the same folder. */
export function logicalCwd(env: NodeJS.ProcessEnv = process.env): string {
  const { PWD } = env
  let real: string
  try {
    real = process.cwd()
  } catch {
    return PWD ?? '/' // the folder is gone
  }
  return PWD !== undefined && path.isAbsolute(PWD) && realOf(PWD) === real ? PWD : real
}

function realOf(folder: string): string | undefined {
  try {
    return fs.realpathSync(folder)
  } catch {
    return undefined // not there
  }
}

/** Follows the links as they are now. Throws app_not_found. */
export function resolveRelease(file: string): Release {
  let real: string
  try {
    real = fs.realpathSync(file)
  } catch (cause) {
    throw propaneError('app_not_found', { path: file }, { cause })
  }
  if (!fs.statSync(real).isFile()) throw propaneError('app_not_found', { path: file })
  return { file: real, id: releaseId(file) }
}

function releaseId(file: string): string {
  for (let folder = path.dirname(file); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    if (fs.lstatSync(folder).isSymbolicLink()) return path.basename(fs.realpathSync(folder))
  }
  return ''
}
