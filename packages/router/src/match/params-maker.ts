type Values = Record<string, string>
/** Makes the parameters of a match from the path and the spans in it. */
export type MakeParams = (path: string, spans: Int32Array) => Values

const known = new Map<string, MakeParams>()
/** How many function literals are taken, by the number of names. */
const taken = [0, 0, 0, 0, 0]

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
  const [a, b, c, d] = names as [string, string, string, string]
  const literal = LITERALS[names.length]?.[taken[names.length]!++]
  return literal?.(a, b, c, d) ?? ((path, spans) => makeAny(names, path, spans))
}

function makeAny(names: readonly string[], path: string, spans: Int32Array): Values {
  const values: Values = {}
  for (let i = 0; i < names.length; i++) values[names[i]!] = path.slice(spans[2 * i], spans[2 * i + 1])
  return values
}

const first = (path: string, spans: Int32Array): string => path.slice(spans[0], spans[1])
const second = (path: string, spans: Int32Array): string => path.slice(spans[2], spans[3])
const third = (path: string, spans: Int32Array): string => path.slice(spans[4], spans[5])
const fourth = (path: string, spans: Int32Array): string => path.slice(spans[6], spans[7])

type Literal = (a: string, b: string, c: string, d: string) => MakeParams

// biome-ignore format: one line each
const SINGLES: readonly Literal[] = [
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
const PAIRS: readonly Literal[] = [
  (a, b) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); return o },
  (a, b) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); return o },
  (a, b) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); return o },
  (a, b) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); return o },
]
// biome-ignore format: one line each
const TRIPLES: readonly Literal[] = [
  (a, b, c) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); o[c] = third(path, spans); return o },
  (a, b, c) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); o[c] = third(path, spans); return o },
  (a, b, c) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); o[c] = third(path, spans); return o },
  (a, b, c) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); o[c] = third(path, spans); return o },
]
// biome-ignore format: one line each
const QUADS: readonly Literal[] = [
  (a, b, c, d) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); o[c] = third(path, spans); o[d] = fourth(path, spans); return o },
  (a, b, c, d) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); o[c] = third(path, spans); o[d] = fourth(path, spans); return o },
  (a, b, c, d) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); o[c] = third(path, spans); o[d] = fourth(path, spans); return o },
  (a, b, c, d) => (path, spans) => { const o: Values = {}; o[a] = first(path, spans); o[b] = second(path, spans); o[c] = third(path, spans); o[d] = fourth(path, spans); return o },
]
/** By the number of names. */
const LITERALS: readonly (readonly Literal[])[] = [[], SINGLES, PAIRS, TRIPLES, QUADS]
