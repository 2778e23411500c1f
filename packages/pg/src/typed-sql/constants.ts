import { dirname, join, normalize } from 'node:path'
import type { Token } from './source-tokens.ts'
import { type Constants, closeOf, type KnownText, readText, splitAt } from './text-expression.ts'

/** A source file and its constants that are texts or fragments. */
export interface SourceFile {
  /** Relative to the root, with `/`. */
  file: string
  source: string
  tokens: readonly Token[]
  constants: Map<string, KnownText>
}

/**
 * Reads the constants of each file, and then the ones it imports.
 *
 * @param modules - the texts of .sql files, each of which has a module beside it
 */
export function readConstants(files: readonly SourceFile[], modules: ReadonlyMap<string, string> = new Map()): void {
  const byName = new Map(files.map(each => [each.file, each]))
  // Again, because constants can be built from imported ones and vice versa, and be exported once more.
  let before = -1
  for (let passes = 0; before !== countOf(files) && passes < MOST_PASSES; passes++) {
    before = countOf(files)
    for (const each of files) {
      for (const [name, value] of sqlModulesOf(each, modules)) each.constants.set(name, value)
      for (const [name, value] of importsOf(each, byName)) each.constants.set(name, value)
      for (const [name, value] of constantsOf(each.tokens, each.constants)) each.constants.set(name, value)
    }
  }
}

/** How many files a constant may pass through. */
const MOST_PASSES = 8

function countOf(files: readonly SourceFile[]): number {
  return files.reduce((sum, { constants }) => sum + constants.size, 0)
}

/** `const A = 'id, name'`, `const B = sql…`, `const Q = { find: '…' }`. A name that is declared twice is unknown. */
function constantsOf(tokens: readonly Token[], known: Constants): Map<string, KnownText> {
  const found = new Map<string, KnownText>(known)
  const seen = new Set<string>()
  for (const { name, value } of declarationsOf(tokens)) {
    const texts = valuesOf(name, value, found)
    if (seen.has(name)) for (const [key] of texts) found.delete(key)
    else for (const [key, text] of texts) found.set(key, text)
    if (seen.has(name)) found.delete(name)
    seen.add(name)
  }
  return found
}

function valuesOf(name: string, value: readonly Token[], known: Constants): [string, KnownText][] {
  if (value[0]?.text === '{') {
    return splitAt(value.slice(1, closeOf(value, 0)), ',').flatMap(property => {
      const text = property[1]?.text === ':' ? readText(property.slice(2), known) : undefined
      return text
        ? [[`${name}.${property[0]!.kind === 'string' ? property[0]!.parts[0] : property[0]!.text}`, text]]
        : []
    }) as [string, KnownText][]
  }
  const text = readText(value, known)
  return text ? [[name, text]] : []
}

/** `const name: type = value`, at any depth. */
function* declarationsOf(tokens: readonly Token[]): Generator<{ name: string; value: readonly Token[] }> {
  for (let i = 0; i + 2 < tokens.length; i++) {
    if (tokens[i]!.text !== 'const' || tokens[i + 1]!.kind !== 'name') continue
    let equals = i + 2
    if (tokens[equals]!.text === ':') while (equals < tokens.length && tokens[equals]!.text !== '=') equals++
    if (tokens[equals]?.text !== '=') continue
    yield { name: tokens[i + 1]!.text, value: tokens.slice(equals + 1, endOfValue(tokens, equals + 1)) }
  }
}

/** At a semicolon or comma, or at a line that does not continue the expression. */
function endOfValue(tokens: readonly Token[], from: number): number {
  for (let i = from; i < tokens.length; i++) {
    const token = tokens[i]!
    if (token.kind === 'sign' && ['(', '[', '{'].includes(token.text)) i = closeOf(tokens, i)
    else if (token.kind === 'sign' && [';', ',', ')', ']', '}'].includes(token.text)) return i
    else if (i > from && token.newLine && !GOES_ON.test(token.text) && !GOES_ON.test(tokens[i - 1]!.text)) return i
  }
  return tokens.length
}

const GOES_ON = /^(?:[-+*/?:.=<>&|!~^%]+|as|satisfies)$/

/** `import { A, B as C } from './file.ts'`, `import * as Q from …`, and the same with `export`. */
function importsOf({ file, tokens }: SourceFile, files: ReadonlyMap<string, SourceFile>): [string, KnownText][] {
  const found: [string, KnownText][] = []
  for (let i = 0; i < tokens.length; i++) {
    const names = namesOf(tokens, i)
    const target = names && resolve(file, names.from, files)
    if (!target) continue
    for (const { name, as } of names.imported) {
      for (const [key, value] of target.constants) {
        if (name === '*') found.push([as === '' ? key : `${as}.${key}`, value])
        else if (key === name || key.startsWith(`${name}.`)) found.push([as + key.slice(name.length), value])
      }
    }
  }
  return found
}

interface ImportedNames {
  from: string
  /** `*` with the name of a namespace, or with none. */
  imported: { name: string; as: string }[]
}

/** The names in the `import … from` or `export … from` that begins at a token. */
function namesOf(tokens: readonly Token[], at: number): ImportedNames | undefined {
  const { kind, text } = tokens[at]!
  if (kind !== 'name' || (text !== 'import' && text !== 'export')) return undefined
  const open = at + 1 + (tokens[at + 1]?.text === 'type' ? 1 : 0)
  if (tokens[open]?.text === '*') {
    const named = tokens[open + 1]?.text === 'as'
    const from = sourceOf(tokens, open + (named ? 3 : 1))
    return from === undefined ? undefined : { from, imported: [{ name: '*', as: named ? tokens[open + 2]!.text : '' }] }
  }
  const close = tokens[open]?.text === '{' ? closeOf(tokens, open) : -1
  const from = close < 0 ? undefined : sourceOf(tokens, close + 1)
  if (from === undefined) return undefined
  const imported = splitAt(tokens.slice(open + 1, close), ',').flatMap(([name, , as]) =>
    name ? [{ name: name.text, as: (as ?? name).text }] : [],
  )
  return { from, imported }
}

/** The file of `from './file.ts'`. */
function sourceOf(tokens: readonly Token[], at: number): string | undefined {
  return tokens[at]?.text === 'from' && tokens[at + 1]?.kind === 'string' ? tokens[at + 1]!.parts[0] : undefined
}

/** `import find from './find.sql.ts'`: the text of `find.sql`, which is checked as a file. */
function sqlModulesOf({ file, tokens }: SourceFile, modules: ReadonlyMap<string, string>): [string, KnownText][] {
  return tokens.flatMap(({ text }, i): [string, KnownText][] => {
    const from = text === 'import' ? sourceOf(tokens, i + 2) : undefined
    const path = from?.startsWith('.') && normalize(join(dirname(file), from)).replaceAll('\\', '/')
    const sql = path ? modules.get(path.replace(/\.[jt]s$/, '')) : undefined
    return sql === undefined ? [] : [[tokens[i + 1]!.text, { kind: 'text', texts: [sql], uncertain: false }]]
  })
}

function resolve(file: string, specifier: string, files: ReadonlyMap<string, SourceFile>): SourceFile | undefined {
  if (!specifier.startsWith('.')) return undefined
  const path = normalize(join(dirname(file), specifier)).replaceAll('\\', '/')
  const stem = path.replace(/\.[cm]?[jt]sx?$/, '')
  const candidates = [path, ...['.ts', '.tsx', '.mts', '.js', '.mjs', '/index.ts', '/index.js'].map(end => stem + end)]
  return candidates.map(each => files.get(each)).find(Boolean)
}
