/**
 * Numbers from 0 up to 1, the same ones for the same seed (mulberry32): for tests and measurements that must be repeatable.
 * They are no source of secrets.
 */
export function seeded(seed: number): () => number {
  const next = seededBits(seed)
  return () => next() / 2 ** 32
}

/** Whole numbers from 0 up to a limit, the same ones for the same seed. */
export function seededBelow(seed: number): (limit: number) => number {
  const next = seededBits(seed)
  return limit => next() % limit
}

function seededBits(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}
