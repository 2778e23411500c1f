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

/** Reads the constants of each file, and then the ones it imports. */
export function readConstants(files: readonly SourceFile[]): void {
  const byName = new Map(files.map(each => [each.file, each]))
  // Twice, because constants can be built from imported ones and vice versa.
  for (let pass = 0; pass < 2; pass++) {
    for (const each of files) {
      for (const [name, value] of importsOf(each, byName)) each.constants.set(name, value)
      for (const [name, value] of constantsOf(each.tokens, each.constants)) each.constants.set(name, value)
    }
  }
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

/** `import { A, B as C } from './file.ts'`. */
function importsOf({ file, tokens }: SourceFile, files: ReadonlyMap<string, SourceFile>): [string, KnownText][] {
  const found: [string, KnownText][] = []
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i]!.text !== 'import') continue
    const open = i + 1 + (tokens[i + 1]?.text === 'type' ? 1 : 0)
    const close = tokens[open]?.text === '{' ? closeOf(tokens, open) : -1
    const from = tokens[close + 2]
    if (close < 0 || tokens[close + 1]?.text !== 'from' || from?.kind !== 'string') continue
    const target = resolve(file, from.parts[0]!, files)
    for (const [name, , as] of splitAt(tokens.slice(open + 1, close), ',')) {
      if (!target || !name) continue
      for (const [key, value] of target.constants) {
        if (key === name.text || key.startsWith(`${name.text}.`)) {
          found.push([(as ?? name).text + key.slice(name.text.length), value])
        }
      }
    }
  }
  return found
}

function resolve(file: string, specifier: string, files: ReadonlyMap<string, SourceFile>): SourceFile | undefined {
  if (!specifier.startsWith('.')) return undefined
  const path = normalize(join(dirname(file), specifier)).replaceAll('\\', '/')
  const stem = path.replace(/\.[cm]?[jt]sx?$/, '')
  const candidates = [path, ...['.ts', '.tsx', '.mts', '.js', '.mjs', '/index.ts', '/index.js'].map(end => stem + end)]
  return candidates.map(each => files.get(each)).find(Boolean)
}
