import type { Captures } from './match-segment.ts'

type Values = Record<string, string>
export type Make = (path: string, captures: Captures) => Values

const known = new Map<string, Make>()
let singles = 0
let pairs = 0

/**
 * The function that makes the parameters of a route from their names.
 *
 * To store under a name that the engine learns only at run time takes twice as long as under one it knows. It learns
 * names per function in the source, so the first shapes there are get a function literal each; the rest share one.
 */
export function shapeOf(names: readonly string[]): Make {
  const key = names.join()
  const make = known.get(key) ?? create(names)
  known.set(key, make)
  return make
}

function create(names: readonly string[]): Make {
  const [a, b] = names as readonly [string, string]
  const literal = names.length === 1 ? SINGLES[singles++] : names.length === 2 ? PAIRS[pairs++] : undefined
  return literal?.(a, b) ?? ((path, captures) => makeAny(names, path, captures))
}

function makeAny(names: readonly string[], path: string, { from, to }: Captures): Values {
  const values: Values = {}
  for (let i = 0; i < names.length; i++) values[names[i]!] = path.slice(from[i], to[i])
  return values
}

const first = (path: string, { from, to }: Captures): string => path.slice(from[0], to[0])
const second = (path: string, { from, to }: Captures): string => path.slice(from[1], to[1])

// biome-ignore format: one line each
const SINGLES: readonly ((a: string) => Make)[] = [
  a => (path, captures) => { const o: Values = {}; o[a] = first(path, captures); return o },
  a => (path, captures) => { const o: Values = {}; o[a] = first(path, captures); return o },
  a => (path, captures) => { const o: Values = {}; o[a] = first(path, captures); return o },
  a => (path, captures) => { const o: Values = {}; o[a] = first(path, captures); return o },
  a => (path, captures) => { const o: Values = {}; o[a] = first(path, captures); return o },
  a => (path, captures) => { const o: Values = {}; o[a] = first(path, captures); return o },
  a => (path, captures) => { const o: Values = {}; o[a] = first(path, captures); return o },
  a => (path, captures) => { const o: Values = {}; o[a] = first(path, captures); return o },
]
// biome-ignore format: one line each
const PAIRS: readonly ((a: string, b: string) => Make)[] = [
  (a, b) => (path, captures) => { const o: Values = {}; o[a] = first(path, captures); o[b] = second(path, captures); return o },
  (a, b) => (path, captures) => { const o: Values = {}; o[a] = first(path, captures); o[b] = second(path, captures); return o },
  (a, b) => (path, captures) => { const o: Values = {}; o[a] = first(path, captures); o[b] = second(path, captures); return o },
  (a, b) => (path, captures) => { const o: Values = {}; o[a] = first(path, captures); o[b] = second(path, captures); return o },
]
