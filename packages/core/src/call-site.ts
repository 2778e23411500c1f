import { dirname, isAbsolute, join, sep } from 'node:path'
import { parseStack, type SourceLocation, type StackFrame, toPath } from './stack.ts'

/**
 * Remembers who called, for messages. To capture a stack costs a microsecond, to read it a hundred: so the text is put together
 * only where somebody asks.
 */
export class CallSite {
  /** The stack as the engine writes it. */
  stack?: string

  /**
   * @param above - a function that was called: its frame and those of what it called are left out
   * @param frames - how many frames are kept at least, whatever `Error.stackTraceLimit` says; 0 leaves it to that
   */
  constructor(above?: (...args: never[]) => unknown, frames = 0) {
    const start = above ?? CallSite
    const limit = Error.stackTraceLimit
    if (frames === 0 || limit >= frames) {
      Error.captureStackTrace(this, start)
    } else {
      Error.stackTraceLimit = frames
      Error.captureStackTrace(this, start)
      Error.stackTraceLimit = limit
    }
  }

  /** The frames outside of some folders and of Node.js, innermost first. Empty where there are none, as in a REPL. */
  callers(internals: readonly string[]): StackFrame[] {
    return callersIn(this.stack ?? '', internals)
  }

  /** The place of the innermost of them. */
  location(internals: readonly string[]): SourceLocation | undefined {
    const caller = this.callers(internals)[0]
    return caller && { file: caller.file, line: caller.line, column: caller.column }
  }
}

/** The frames of a stack that belong neither to some folders nor to Node.js. */
export function callersIn(stack: string, internals: readonly string[]): StackFrame[] {
  return parseStack(stack).filter(({ file, line }) => isAbsolute(file) && line > 0 && !isInternal(file, internals))
}

// Tests of a package lie in its folders and are users of it all the same.
const TEST = /\.test\.[cm]?[jt]s$/

function isInternal(file: string, internals: readonly string[]): boolean {
  return !TEST.test(file) && internals.some(folder => file.startsWith(folder + sep))
}

/**
 * The folders of the package that a module belongs to: `src` and `dist`, since a source map names files of `src` for what was
 * loaded from `dist`.
 *
 * @param url - `import.meta.url` of a module that lies in one of them, at any depth
 */
export function packageFolders(url: string): string[] {
  let folder = dirname(toPath(url))
  while (!/[\\/](?:src|dist)$/.test(folder)) {
    const parent = dirname(folder)
    if (parent === folder) return [dirname(toPath(url))]
    folder = parent
  }
  return ['src', 'dist'].map(name => join(dirname(folder), name))
}
