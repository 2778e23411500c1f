import { writeSync } from 'node:fs'
import type { SourceLocation } from '@arlen/core/stack'

/** The pipe that the supervisor keeps open as long as it lives, and reads. */
export const LIFELINE_FD = 3

/** What a process reports about itself when it can no longer send messages. */
export type LastWords =
  /** It calls `process.exit()`; `stack` is the trace of that call. */
  | { type: 'exit'; stack: string }
  /** Its main thread does not return from this location, while it starts or later. */
  | { type: 'stuck'; at: SourceLocation }

/** Writes them immediately, whatever the main thread does. They are lost if the pipe is full. */
export function sayLastWords(words: LastWords): void {
  try {
    writeSync(LIFELINE_FD, `${JSON.stringify(words)}\n`)
  } catch {
    // the supervisor is gone, or busy
  }
}
