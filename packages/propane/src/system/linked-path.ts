import path from 'node:path'
import { answers } from './bind.ts'
import { fs } from './builtins.ts'
import { bindPath, closeSocket, type ListeningSocket } from './listening-socket.ts'

/** Longest name of a unix socket, in bytes (`sun_path` of unix(7), with its end). */
const MAX_BYTES = 107

/**
 * Binds a unix socket that several generations of workers use. Its file is a hard link to a hidden one beside it: applications remove
 * the file of their socket, before they listen or when they end, while others still serve it. {@link restoreLink} brings it back.
 *
 * @throws the system's error: EADDRINUSE if a process accepts connections there
 */
export async function bindLinkedPath(file: string): Promise<ListeningSocket> {
  if (fs.statSync(file, { throwIfNoEntry: false })?.isSocket()) {
    if (await answers(file)) throw Object.assign(new Error('EADDRINUSE'), { code: 'EADDRINUSE' })
    fs.unlinkSync(file)
  }
  const hidden = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}`)
  if (file.startsWith('\0') || Buffer.byteLength(hidden) > MAX_BYTES) return bindPath(file)
  fs.rmSync(hidden, { force: true })
  const socket = bindPath(hidden)
  try {
    fs.linkSync(hidden, file)
    return { ...socket, address: file, link: file }
  } catch {
    closeSocket(socket) // the file system has no hard links
    return bindPath(file)
  }
}

/** Restores the file of a socket after it has been removed. */
export function restoreLink({ path: hidden, link }: ListeningSocket): void {
  if (hidden === undefined || link === undefined) return
  try {
    fs.linkSync(hidden, link)
  } catch {
    // It is there, or the folder is gone.
  }
}
