type Values = Record<string, string>
/** Makes the parameters of a match from the path and the spans in it. */
export type MakeParams = (path: string, spans: Int32Array) => Values

const known = new Map<string, MakeParams>()
let singles = 0
let pairs = 0

/**
 * The function that makes the parameters of a route, given their names.
 *
 * V8 stores a property twice as fast where one function always sees the same name. It tracks names per function in the
 * source, so the first lists of names get a function literal each; the rest share one.
 */
export function paramsMaker(names: readonly string[]): MakeParams {
  const key = names.join()
  const make = known.get(key) ?? create(names)
  known.set(key, make)
  return make
}

function create(given: readonly string[]): MakeParams {
  // Property keys are internalized strings: V8 need not look them up for every object.
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
const SINGLES: readonly ((a: string) => MakeParams)[] = [
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
const PAIRS: readonly ((a: string, b: string) => MakeParams)[] = [
  (a, b) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); return o },
  (a, b) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); return o },
  (a, b) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); return o },
  (a, b) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); return o },
]
