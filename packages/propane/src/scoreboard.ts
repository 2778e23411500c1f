import os from 'node:os'
import path from 'node:path'
import { now } from './clock.ts'
import { fs } from './system/builtins.ts'

/**
 * A small unnamed file shared by primary and workers, with one cell per worker: its number of connections and when it last
 * wrote. Workers read it to leave connections to others that have fewer. Without it the kernel decides, and the process
 * that wakes first takes nearly all connections.
 *
 * A cell: float64 timestamp (milliseconds of the monotonic clock, 0 = unused), int32 connections, int32 unused.
 */
const CELL = 16
export const CELLS = 256

/** A worker that has not written for this long is busy, or the whole machine is. */
const FRESH_MS = 120

/** What a worker sees of the others; undefined if there is no other. */
export interface Others {
  fewest: number | undefined
  /** The same among those that have written recently. */
  fewestAwake: number | undefined
  /** Whether there are others that have not written recently. */
  silent: boolean
}

/** Creates a scoreboard and returns its descriptor; undefined if no folder is writable. */
export function createScoreboard(): number | undefined {
  for (const folder of ['/dev/shm', os.tmpdir()]) {
    const file = path.join(folder, `.propane-${process.pid}-${Math.random().toString(36).slice(2)}`)
    try {
      const fd = fs.openSync(file, 'wx+', 0o600)
      fs.unlinkSync(file)
      fs.writeSync(fd, Buffer.alloc(CELL * CELLS), 0, CELL * CELLS, 0)
      return fd
    } catch {
      // Try the next folder. Without a scoreboard everything works except balancing.
    }
  }
  return undefined
}

/** Clears the cell of a dead worker, so that no other waits for it. */
export function clearCell(fd: number, cell: number): void {
  fs.writeSync(fd, Buffer.alloc(CELL), 0, CELL, cell * CELL)
}

export class Scoreboard {
  readonly #fd: number
  readonly #cell: number
  readonly #mine: DataView<ArrayBuffer> = new DataView(new ArrayBuffer(CELL))
  readonly #all: DataView<ArrayBuffer> = new DataView(new ArrayBuffer(CELL * CELLS))

  constructor(fd: number, cell: number) {
    this.#fd = fd
    this.#cell = cell
  }

  /** Publishes this worker's number of connections. */
  publish(connections: number): void {
    this.#mine.setFloat64(0, now(), true)
    this.#mine.setInt32(8, connections, true)
    fs.writeSync(this.#fd, this.#mine, 0, CELL, this.#cell * CELL)
  }

  /** Removes this worker from the board because it no longer accepts. */
  leave(): void {
    clearCell(this.#fd, this.#cell)
  }

  /** The fewest connections that any other worker has. */
  others(): Others {
    fs.readSync(this.#fd, this.#all, 0, CELL * CELLS, 0)
    const since = now() - FRESH_MS
    const others: Others = { fewest: undefined, fewestAwake: undefined, silent: false }
    for (let cell = 0; cell < CELLS; cell++) {
      const stamp = this.#all.getFloat64(cell * CELL, true)
      if (cell === this.#cell || stamp === 0) continue
      const connections = this.#all.getInt32(cell * CELL + 8, true)
      others.fewest = least(others.fewest, connections)
      if (stamp < since) others.silent = true
      else others.fewestAwake = least(others.fewestAwake, connections)
    }
    return others
  }
}

function least(before: number | undefined, number: number): number {
  return before === undefined || number < before ? number : before
}

/** How far a worker may be ahead of the one with the fewest connections: a few, plus an eighth of those. */
function allowance(fewest: number): number {
  return 3 + Math.floor(fewest / 8)
}

/**
 * Whether a worker with `mine` connections should accept. Pure. `accepting` adds hysteresis, so that it does not flicker at
 * the limit.
 */
export function mayAccept(mine: number, fewest: number | undefined, accepting: boolean): boolean {
  if (fewest === undefined) return true
  const ahead = mine - fewest
  return accepting ? ahead < allowance(fewest) : ahead < allowance(fewest) - 1
}
