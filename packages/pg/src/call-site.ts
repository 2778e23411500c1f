import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = dirname(fileURLToPath(import.meta.url))

/** Where a query was made. The text of the stack is only put together when it is asked for. */
export interface CallSite {
  stack?: string
}

export function captureCallSite(above: (...args: never[]) => unknown): CallSite {
  const site: CallSite = {}
  Error.captureStackTrace(site, above)
  return site
}

/** The frames of a stack that are the program's own: neither this package's nor Node.js's. */
export function programFrames(stack: string | undefined): string[] {
  return (stack ?? '').split('\n').filter(isProgramFrame)
}

/** `file:line:column` of the first of them. */
export function callerOf(site: CallSite | undefined): string | undefined {
  const frame = programFrames(site?.stack)[0]
  if (!frame) return undefined
  const place = frame.trim().replace(/^at (?:async )?/, '')
  const inner = /\((.*)\)$/.exec(place)?.[1] ?? place
  return inner.startsWith('file://') ? inner.replace(/^file:\/\//, '') : inner
}

function isProgramFrame(line: string): boolean {
  if (!/^\s*at /.test(line) || /\(?node:|<anonymous>\)?$/.test(line)) return false
  return !line.includes(HERE) || /\.test\.ts[:?]/.test(line)
}

/** Puts the program's frames under an error that was made where an answer of the server was read. */
export function locate<E>(error: E, site: CallSite | undefined): E {
  if (!(error instanceof Error)) return error
  const frames = programFrames(site?.stack)
  if (frames.length === 0 || programFrames(error.stack).length > 0) return error
  error.stack = `${error.name}: ${error.message}\n${frames.join('\n')}`
  return error
}
