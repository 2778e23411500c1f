/** A place in the program, whose text is made only when somebody asks for it. */
export interface Place {
  stack?: string
}

/**
 * Where a function was called from.
 *
 * @param frames - how many callers it holds; each costs time
 */
export function placeOf(callee: object, frames: number): Place {
  const place: Place = {}
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = frames
  Error.captureStackTrace(place, callee as () => void)
  Error.stackTraceLimit = stackTraceLimit
  return place
}
