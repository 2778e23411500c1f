const groups = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls `fn` when `signal` aborts, and returns a function that undoes this. One listener serves all queries of a request:
 * adding and removing one for each would cost more than sending the query.
 */
export function onAbort(signal: AbortSignal, fn: () => void): () => void {
  let group = groups.get(signal)
  if (!group) {
    const made = new Set<() => void>()
    group = made
    groups.set(signal, made)
    signal.addEventListener(
      'abort',
      () => {
        for (const each of [...made]) each()
      },
      { once: true },
    )
  }
  group.add(fn)
  return () => {
    group.delete(fn)
  }
}
