import { statfsSync } from 'node:fs'

/** What a run of `make check` needs at most: its caches, the installations of new applications, and databases. */
const NEEDED_BYTES = 4e9

/** How often to look: a package manager fills some hundred megabytes in this time. */
const INTERVAL_MS = 1_000

export interface FreeSpace {
  /** Stops watching. @returns a line for each folder: what was free at the start and at the lowest */
  stop(): string[]
}

/**
 * Watches the free space of the file systems of some folders, because a full disk fails tests in many ways and few of them
 * say so.
 *
 * @param free - the free bytes for an unprivileged user; by default of the file system
 */
export function watchFreeSpace(folders: readonly string[], free: (folder: string) => number = freeBytes): FreeSpace {
  const watched = folders.map(folder => ({ folder, start: free(folder), lowest: free(folder) }))
  const look = () => {
    for (const each of watched) each.lowest = Math.min(each.lowest, free(each.folder))
  }
  const timer = setInterval(look, INTERVAL_MS).unref()
  return {
    stop() {
      clearInterval(timer)
      look()
      return watched.map(({ folder, start, lowest }) => {
        const advice = lowest < NEEDED_BYTES / 20 ? `: the disk was full, free ${gigabytes(NEEDED_BYTES)}` : ''
        return `free in ${folder}: ${gigabytes(start)} at the start, ${gigabytes(lowest)} at the lowest${advice}`
      })
    },
  }
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}
