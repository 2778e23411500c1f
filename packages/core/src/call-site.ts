import { dirname, isAbsolute, join, sep } from 'node:path'
import { isInstalled, parseStack, type SourceLocation, type StackFrame, toPath } from './stack.ts'

/**
 * Remembers the caller, for messages. Capturing a stack takes a microsecond, formatting it a hundred: so it is formatted only
 * when it is read.
 */
export class CallSite {
  /** The stack as V8 formats it. */
  stack?: string

  /**
   * @param above - the innermost function to leave out, together with everything it called
   * @param frames - the number of frames to keep at least; 0 keeps as many as `Error.stackTraceLimit` says
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

  /** The frames outside Node.js and these folders, innermost first. Empty in a REPL. */
  callers(internals: readonly string[]): StackFrame[] {
    return callersIn(this.stack ?? '', internals)
  }

  /** The location of the innermost of those frames. */
  location(internals: readonly string[]): SourceLocation | undefined {
    const caller = this.callers(internals)[0]
    return caller && { file: caller.file, line: caller.line, column: caller.column }
  }
}

/**
 * The frames of a stack outside Node.js and these folders. Those of installed packages count only if there are no others: a
 * library that calls another one is not where the program's author looks.
 */
export function callersIn(stack: string, internals: readonly string[]): StackFrame[] {
  const callers = parseStack(stack).filter(
    ({ file, line }) => isAbsolute(file) && line > 0 && !isInternal(file, internals),
  )
  const own = callers.filter(({ file }) => !isInstalled(file))
  return own.length > 0 ? own : callers
}

// Tests lie in the folders of a package but are users of it.
const TEST = /\.test\.[cm]?[jt]s$/

function isInternal(file: string, internals: readonly string[]): boolean {
  return !TEST.test(file) && internals.some(folder => file.startsWith(folder + sep))
}

/**
 * The folders `src` and `dist` of a module's package. Both, because stack traces with source maps name files in `src` for code
 * that was loaded from `dist`.
 *
 * @param url - `import.meta.url` of a module in one of them, at any depth
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
