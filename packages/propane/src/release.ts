import path from 'node:path'
import { propaneError } from './errors.ts'
import { fs } from './system/builtins.ts'

export interface Release {
  /** Real path of the module, with symbolic links resolved. */
  file: string
  /** Name of the folder that the last symbolic link in the path points to; empty if there is none. */
  id: string
}

/**
 * The path as the user wrote it, made absolute without resolving links: `current/app.js` must refer to another file after
 * `current` has been switched. For the same reason the shell's `PWD` is preferred.
 */
export function logicalPath(file: string, env: NodeJS.ProcessEnv = process.env): string {
  return path.isAbsolute(file) ? path.normalize(file) : path.join(logicalCwd(env), file)
}

/** The working directory with its links: `PWD`, if that is still the same folder. */
export function logicalCwd(env: NodeJS.ProcessEnv = process.env): string {
  const { PWD } = env
  let real: string
  try {
    real = process.cwd()
  } catch {
    return PWD ?? '/' // the folder was deleted
  }
  return PWD !== undefined && path.isAbsolute(PWD) && realOf(PWD) === real ? PWD : real
}

function realOf(folder: string): string | undefined {
  try {
    return fs.realpathSync(folder)
  } catch {
    return undefined // does not exist
  }
}

/** Resolves the links as they are now. Throws app_not_found. */
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
