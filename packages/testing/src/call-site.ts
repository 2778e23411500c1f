/** A place in the program, whose text is created only when it is needed. */
export interface CallSite {
  stack?: string
}

/**
 * The caller of a function.
 *
 * @param frames - how many callers to capture; each costs time
 */
export function callSiteOf(callee: object, frames: number): CallSite {
  const place: CallSite = {}
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = frames
  Error.captureStackTrace(place, callee as () => void)
  Error.stackTraceLimit = stackTraceLimit
  return place
}

/** Makes an error appear as if it had been thrown at that place. */
export function thrownFrom(error: unknown, { stack = '' }: CallSite): unknown {
  const frames = stack.slice(Math.max(0, stack.search(/\n {4}at /)))
  if (error instanceof Error && frames !== '') {
    const value = `${error.name}: ${error.message}${frames}`
    Object.defineProperty(error, 'stack', { value, configurable: true, writable: true })
  }
  return error
}
