import { syncBuiltinESMExports } from 'node:module'
import { resolve, sep } from 'node:path'

type Callback = (error: Error | null, ...rest: unknown[]) => void
type Fs = typeof import('node:fs')

/**
 * Simulates a full disk below a folder: files there can be opened, but writing fails with ENOSPC after this many bytes.
 * Applies to this process, until it is restored.
 *
 * ```ts
 * using disk = fullDisk('uploads')
 * await t.post('/upload').multipart({ picture }).status(507)
 * ```
 */
export function fullDisk(folder: string, afterBytes: number = 0): Disposable {
  const fs = process.getBuiltinModule('node:fs')
  const below = resolve(folder)
  const open = new Set<number>()
  let left = afterBytes
  const isFull = (fd: number, bytes: number) => {
    if (open.has(fd)) left -= bytes
    return open.has(fd) && left < 0
  }
  const undo = [
    patchOpen(fs, path => resolve(path) === below || resolve(path).startsWith(below + sep), open),
    patchWrites(fs, isFull),
  ]
  syncBuiltinESMExports()
  return {
    [Symbol.dispose]() {
      for (const each of undo) each()
      syncBuiltinESMExports()
    },
  }
}

function noSpace(): Error {
  return Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    errno: -28,
    syscall: 'write',
  })
}

/** Records the descriptors of files below the folder. */
function patchOpen(fs: Fs, isBelow: (path: string) => boolean, fds: Set<number>): () => void {
  const { open, openSync } = fs
  const { open: openHandle, writeFile } = fs.promises
  const note = (path: unknown, fd: number) => {
    if (isBelow(String(path))) fds.add(fd)
    else fds.delete(fd)
    return fd
  }
  fs.open = ((path: string, ...rest: unknown[]) => {
    const callback = rest.pop() as (error: Error | null, fd: number) => void
    ;(open as (...args: unknown[]) => void)(path, ...rest, (error: Error | null, fd: number) =>
      callback(error, error ? fd : note(path, fd)),
    )
  }) as Fs['open']
  fs.openSync = ((path: string, ...rest: unknown[]) =>
    note(path, (openSync as (...args: unknown[]) => number)(path, ...rest))) as Fs['openSync']
  fs.promises.open = (async (path: string, ...rest: unknown[]) => {
    const handle = await (openHandle as (...args: unknown[]) => Promise<import('node:fs/promises').FileHandle>)(
      path,
      ...rest,
    )
    if (isBelow(String(path))) fillHandle(handle)
    return handle
  }) as Fs['promises']['open']
  fs.promises.writeFile = (async (path: unknown, ...rest: unknown[]) => {
    if (typeof path === 'string' && isBelow(path)) throw noSpace()
    return (writeFile as (...args: unknown[]) => Promise<void>)(path, ...rest)
  }) as Fs['promises']['writeFile']
  return () => {
    Object.assign(fs, { open, openSync })
    Object.assign(fs.promises, { open: openHandle, writeFile })
  }
}

function fillHandle(handle: object): void {
  const refuse = () => Promise.reject(noSpace())
  Object.assign(handle, { write: refuse, writev: refuse, writeFile: refuse, appendFile: refuse })
}

function patchWrites(fs: Fs, isFull: (fd: number, bytes: number) => boolean): () => void {
  const { write, writev, writeSync } = fs
  fs.write = ((fd: number, data: string | Uint8Array, ...rest: unknown[]) => {
    const callback = rest.at(-1) as Callback
    if (isFull(fd, data.length)) process.nextTick(callback, noSpace())
    else (write as (...args: unknown[]) => void)(fd, data, ...rest)
  }) as Fs['write']
  fs.writev = ((fd: number, data: readonly Uint8Array[], ...rest: unknown[]) => {
    const callback = rest.at(-1) as Callback
    if (
      isFull(
        fd,
        data.reduce((sum, each) => sum + each.length, 0),
      )
    )
      process.nextTick(callback, noSpace())
    else (writev as (...args: unknown[]) => void)(fd, data, ...rest)
  }) as Fs['writev']
  fs.writeSync = ((fd: number, data: string | Uint8Array, ...rest: unknown[]) => {
    if (isFull(fd, data.length)) throw noSpace()
    return (writeSync as (...args: unknown[]) => number)(fd, data, ...rest)
  }) as Fs['writeSync']
  return () => void Object.assign(fs, { write, writev, writeSync })
}
