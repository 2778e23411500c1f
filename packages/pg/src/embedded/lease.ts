import { constants } from 'node:fs'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataFolder } from './data-folder.ts'

/** One process's use of a server: the server runs at least until it is closed or the process ends. */
export type ServerLease = FileHandle

/** Takes a lease if a server's watchdog is listening for leases; undefined if none is. */
export async function takeLease(folder: DataFolder): Promise<ServerLease | undefined> {
  let pipe: FileHandle
  try {
    pipe = await open(folder.leases, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENXIO') return undefined // no pipe, or no reader
    throw error
  }
  await pipe.write('in use\n')
  return pipe
}

export interface Postmaster {
  pid: number
  port: number
  ready: boolean
}

/** The state of the running server, from `postmaster.pid`. */
export async function readPostmaster(folder: DataFolder): Promise<Postmaster | undefined> {
  const text = await readFile(join(folder.data, 'postmaster.pid'), 'utf8').catch(() => undefined)
  const lines = text?.split('\n')
  if (!lines?.[0]) return undefined
  return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' }
}
