import os from 'node:os'
import path from 'node:path'
import { propaneError } from '../errors.ts'
import { answers } from '../system/bind.ts'
import { fs } from '../system/builtins.ts'

/** The default folder for control sockets, which only its owner may enter. */
export function controlFolder(env: NodeJS.ProcessEnv = process.env): string {
  const runtime = env.RUNTIME_DIRECTORY?.split(':')[0]
  if (runtime) return runtime
  if (env.XDG_RUNTIME_DIR) return path.join(env.XDG_RUNTIME_DIR, 'propane')
  return path.join(os.tmpdir(), `propane-${process.getuid?.() ?? 0}`)
}

/** The default control socket of an application: `app` is its absolute path, `at` its port or socket path. */
export function defaultControlPath(app: string, at: number | string, env: NodeJS.ProcessEnv = process.env): string {
  return path.join(controlFolder(env), `${hash(app)}-${String(at).replace(/\W+/g, '_').slice(-30)}.sock`)
}

/** Creates the folder, and throws an Error if another user could have created it. */
export function ensureOwnFolder(folder: string): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid, mode } = fs.lstatSync(folder)
  const strange = uid !== (process.getuid?.() ?? uid)
  if (strange || (mode & 0o022) !== 0) throw new Error(`${folder} may be written by others`)
}

/**
 * Checks a control socket before it is trusted: another user who could create it would receive commands and could send any
 * answer. The socket and its folder must belong to this user or to root, and no one else may write to the folder. For root,
 * the socket of a service that runs as another user is also fine in that user's folder.
 *
 * @throws command_failed
 */
export function checkControlSocket(file: string, uid: number = process.getuid?.() ?? 0): void {
  const folder = path.dirname(path.resolve(file))
  const [socket, { uid: owner, mode }] = [fs.lstatSync(file, { throwIfNoEntry: false }), fs.lstatSync(folder)]
  if (!socket) return // nothing there can answer
  const refuse = (reason: string) => {
    throw propaneError('command_failed', { reason: `The control socket ${file} is not trusted: ${reason}.` })
  }
  if (!socket.isSocket()) refuse('it is not a socket')
  const trusted = (id: number) => id === uid || id === 0 || (uid === 0 && id === socket.uid)
  if (!trusted(socket.uid)) refuse('it belongs to another user')
  if (!trusted(owner)) refuse(`its folder ${folder} belongs to another user`)
  const sticky = (mode & 0o1000) !== 0 && socket.uid === uid
  if ((mode & 0o022) !== 0 && !sticky) refuse(`others may write its folder ${folder}`)
}

/** Matches the names that `defaultControlPath` gives. */
const OWN_NAME = /^[0-9a-f]{16}-\w*\.sock$/

/**
 * The live control sockets in the default folder, of one application if it is given. If there are none, those in the
 * runtime directories of services of the system or of this user (`RuntimeDirectory=` in systemd) that this user may use.
 */
export async function findControlSockets(
  app?: string,
  env: NodeJS.ProcessEnv = process.env,
  run: string = '/run',
): Promise<string[]> {
  const prefix = app === undefined ? '' : path.basename(defaultControlPath(app, '', env)).replace(/\.sock$/, '')
  const own = await answering(controlFolder(env), name => name.startsWith(prefix) && name.endsWith('.sock'))
  if (own.length > 0 || env.RUNTIME_DIRECTORY) return own
  const isOurs = (name: string) => name.startsWith(prefix) && OWN_NAME.test(name)
  const parents = [run, ...(env.XDG_RUNTIME_DIR ? [env.XDG_RUNTIME_DIR] : [])]
  const folders = parents.flatMap(parent => namesIn(parent).map(name => path.join(parent, name)))
  return (await Promise.all(folders.map(folder => answering(folder, isOurs)))).flat()
}

/** The live sockets in a folder. */
async function answering(folder: string, accept: (name: string) => boolean): Promise<string[]> {
  const files = namesIn(folder)
    .filter(accept)
    .map(name => path.join(folder, name))
  const live = await Promise.all(files.map(answers))
  return files.filter((_, index) => live[index])
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder)
  } catch {
    return [] // missing, or not readable for this user
  }
}

/** Two 32-bit FNV-1a hashes: enough to distinguish a user's applications without loading node:crypto (3 MiB). */
function hash(text: string): string {
  return [0x811c9dc5, 0x9dc5811c]
    .map(seed => {
      let state = seed
      for (const byte of Buffer.from(text)) state = Math.imul(state ^ byte, 0x01000193)
      return (state >>> 0).toString(16).padStart(8, '0')
    })
    .join('')
}
