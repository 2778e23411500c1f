import { readFileSync } from 'node:fs'
import { SILENCE } from '../load/request.ts'
import type { Program } from './program.ts'

/** A server that runs and gives no answer any more. */
export class ServerSilent extends Error {
  override readonly name = 'ServerSilent'
  readonly program: Program

  private constructor(message: string, program: Program) {
    super(message)
    this.program = program
  }

  /** The error itself, unless it says that no answer came: then who was asked, and what its process did meanwhile. */
  static from(error: Error, program: Program, pid: number): Error {
    if (!error.message.startsWith(SILENCE)) return error
    return new ServerSilent(`${error.message}${stateOf(pid)}`, program)
  }
}

/** Waits so long for something that a server must do. */
export async function inTime<T>(promise: Promise<T>, ms: number, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${SILENCE} ${ms / 1000} s: ${otherwise}`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

const STATES: Readonly<Record<string, string>> = {
  R: 'computing, or waiting for a processor',
  S: 'waiting for something to happen',
  D: 'waiting for a disk',
  T: 'stopped by a signal',
  t: 'stopped by a tracer',
  Z: 'gone',
}

/** What the process of a server is doing, where Linux tells. */
function stateOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const letter = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
    return `; its process is ${STATES[letter] ?? letter}`
  } catch {
    return ''
  }
}
