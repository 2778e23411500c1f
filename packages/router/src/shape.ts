type Values = Record<string, string>
export type Make = (path: string, spans: Int32Array) => Values

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

function create(given: readonly string[]): Make {
  // The engine's own copies of the names: with any other text it would have to look them up for every object.
  const names = Object.keys(Object.fromEntries(given.map(name => [name, 0])))
  const [a, b] = names as [string, string]
  const literal = names.length === 1 ? SINGLES[singles++] : names.length === 2 ? PAIRS[pairs++] : undefined
  return literal?.(a, b) ?? ((path, spans) => makeAny(names, path, spans))
}

function makeAny(names: readonly string[], path: string, spans: Int32Array): Values {
  const values: Values = {}
  for (let i = 0; i < names.length; i++) values[names[i]!] = path.slice(spans[2 * i], spans[2 * i + 1])
  return values
}

const first = (path: string, spans: Int32Array): string => path.slice(spans[0], spans[1])
const second = (path: string, spans: Int32Array): string => path.slice(spans[2], spans[3])

// biome-ignore format: one line each
const SINGLES: readonly ((a: string) => Make)[] = [
  a => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); return o },
  a => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); return o },
  a => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); return o },
  a => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); return o },
  a => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); return o },
  a => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); return o },
  a => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); return o },
  a => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); return o },
]
// biome-ignore format: one line each
const PAIRS: readonly ((a: string, b: string) => Make)[] = [
  (a, b) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); return o },
  (a, b) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); return o },
  (a, b) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); return o },
  (a, b) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); return o },
]
