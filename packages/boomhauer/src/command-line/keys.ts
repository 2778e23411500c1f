import { readFileSync } from 'node:fs'

/** What keys are read from: standard input. */
export interface KeyInput {
  isTTY?: boolean
  setRawMode?: (raw: boolean) => unknown
  on(event: 'data', listener: (chunk: Buffer | string) => void): unknown
  off(event: 'data', listener: (chunk: Buffer | string) => void): unknown
  pause(): unknown
  unref?: () => unknown
}

export interface KeyActions {
  /** `r` */
  retry: () => void
  /** Ctrl-C, which the terminal does not turn into a signal while single keys are read. */
  interrupt: () => void
}

const CTRL_C = '\u0003'
const CTRL_D = '\u0004'

/**
 * Reads single keys: as they are pressed on a terminal, otherwise from a pipe. Does nothing in a background job, which the
 * system would stop.
 *
 * @returns stops reading
 */
export function readKeys(input: KeyInput, { retry, interrupt }: KeyActions): () => void {
  if (input.isTTY && !isForeground()) return () => undefined
  const onData = (chunk: Buffer | string) => {
    for (const key of chunk.toString()) {
      if (key === 'r') retry()
      else if (input.isTTY && (key === CTRL_C || key === CTRL_D)) interrupt()
    }
  }
  if (input.isTTY) input.setRawMode?.(true)
  input.on('data', onData)
  input.unref?.()
  return () => {
    input.off('data', onData)
    if (input.isTTY) input.setRawMode?.(false)
    input.pause()
  }
}

/** Whether this process's group owns the terminal; true if unknown. */
function isForeground(): boolean {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return fields[2] === fields[5] // pgrp and tpgid, see proc(5)
  } catch {
    return true
  }
}
