// A loss on purpose, for the proof that the gate finds it: ARLEN_PERF_INJECT is `cpu:<iterations>`, `latency:<µs>` or
// `leak:<bytes>` for each request. Without it, nothing.

const [kind = '', amount = '0'] = (process.env.ARLEN_PERF_INJECT ?? '').split(':')
const size = Number(amount)

/** Wastes what was asked for. */
export const injected: () => void =
  { cpu: () => burn(size), latency: () => wait(size), leak: () => keep(size) }[kind] ?? (() => {})

let state = 1

/** Burns CPU time in proportion to `iterations`; the caller calibrates how much. */
export function burn(iterations: number): number {
  for (let at = 0; at < iterations; at += 1) state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
  return state
}

function wait(micros: number): void {
  const until = performance.now() + micros / 1000
  while (performance.now() < until);
}

const kept: number[][] = []

function keep(bytes: number): void {
  kept.push(new Array<number>(bytes / 8).fill(kept.length))
}
