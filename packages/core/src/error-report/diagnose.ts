import { readFileSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { Diagnostic, DiagnosticFrame } from '../problem.ts'
import { codeFrame } from './code-frame.ts'
import { clip, describe } from './describe.ts'
import { hintFor } from './hints.ts'
import { createRedact, isSecretName, type Redact } from './redact.ts'
import { parseHeader, parseStack, type StackFrame } from './stack.ts'

const MAX_MESSAGE = 4_000
const MAX_CAUSE_MESSAGE = 1_000
const MAX_STACK = 60_000
const MAX_FRAMES = 60
const MAX_OWN_SNIPPETS = 8
const MAX_CAUSES = 8
const MAX_FACTS = 12

export interface DiagnoseOptions {
  /** Default `runtime`. */
  stage?: Diagnostic['stage']
  /** The application's folder; what lies in it, outside `node_modules`, is its own code. Default: the working folder. */
  root?: string
  /** Takes secrets out of every text. Default: {@link createRedact} of the environment. */
  redact?: Redact
  /** Gives a file's text, or undefined when it has none. Default: from the disk. */
  readSource?: (file: string) => string | undefined
  /** Where it really happened, known better than the stack knows it. */
  at?: { file: string; line: number; column?: number }
  /** A folder whose calls are left out: that of the program that runs the application. */
  hide?: string
}

interface Context extends Required<Omit<DiagnoseOptions, 'at' | 'hide'>> {
  at?: DiagnoseOptions['at']
  hide: string | undefined
  seen: Set<unknown>
  /** The place of an error of syntax, wherever in the chain of causes it is: no call is nearer to what is wrong. */
  syntax: { place?: DiagnoseOptions['at'] }
  /** How many more calls are shown with their source, over all causes. */
  snippetsLeft: { count: number }
}

/**
 * What was thrown, as data for people and editors: its place in the source, the calls that led there, its causes.
 * Takes any value at all, runs none of its code that could fail it, and never throws.
 *
 * An error that brings `diagnostics` of its own (as compilers' do) speaks through them.
 */
export function diagnose(error: unknown, options: DiagnoseOptions = {}): Diagnostic[] {
  const root = resolve(options.root ?? '.')
  const redact = options.redact ?? createRedact()
  const context: Context = {
    stage: options.stage ?? 'runtime',
    root,
    // Paths inside the application say enough from its folder on.
    redact: text =>
      redact(text)
        .replaceAll(`file://${root}${sep}`, '')
        .replaceAll(root + sep, ''),
    readSource: options.readSource ?? createSourceReader(),
    at: options.at,
    hide: options.hide === undefined ? undefined : resolve(options.hide) + sep,
    seen: new Set(),
    syntax: {},
    snippetsLeft: { count: MAX_OWN_SNIPPETS },
  }
  const brought = read(error, 'diagnostics')
  if (Array.isArray(brought) && brought.length > 0 && brought.every(isDiagnostic)) {
    return brought.map(diagnostic => complete(diagnostic, context))
  }
  return [fromError(error, context)]
}

function fromError(error: unknown, context: Context): Diagnostic {
  context.seen.add(error)
  const { stage, redact } = context
  if (typeof error !== 'object' || error === null) {
    const message = `${describe(error, redact)} was thrown, which is no Error and so has no place`
    return { stage, severity: 'error', message, ...locate([], undefined, [], context) }
  }
  const name = textOf(read(error, 'name'))
  const code = textOf(read(error, 'code'))
  const stack = clip(textOf(read(error, 'stack')) ?? '', MAX_STACK)
  const rawMessage = textOf(read(error, 'message')) ?? ''
  const frames = parseStack(stack, clip(rawMessage, MAX_STACK))
    .filter(frame => context.hide === undefined || !frame.file.startsWith(context.hide))
    .slice(0, MAX_FRAMES)
  const causes = causesOf(error).flatMap(cause =>
    context.seen.has(cause) || context.seen.size > MAX_CAUSES ? [] : [fromError(cause, { ...context, at: undefined })],
  )
  const message =
    redact(clip(rawMessage, context.seen.size > 1 ? MAX_CAUSE_MESSAGE : MAX_MESSAGE)) ||
    causes[0]?.message ||
    name ||
    'Unknown error'
  const header = parseHeader(stack)
  context.syntax.place ??= header
  const hint = hintFor({ message, ...(code !== undefined && { code }), ...(name !== undefined && { name }) })
  const excerpts = sqlExcerpt(error, redact)
  const facts = factsOf(error, redact)
  return {
    stage,
    severity: 'error',
    message,
    ...(name !== undefined && { name }),
    ...(code !== undefined && { code }),
    ...locate(frames, header ?? context.syntax.place, causes, context),
    ...(hint !== undefined && { hint }),
    ...(excerpts && { excerpts }),
    ...(facts && { facts }),
    ...(causes.length > 0 && { causes }),
  }
}

type Place = Pick<Diagnostic, 'file' | 'line' | 'column' | 'snippet' | 'frames'>

/** The place to show: where it is known to be, else the innermost call of the application, in the error or its causes. */
function locate(
  stack: readonly StackFrame[],
  header: DiagnoseOptions['at'],
  causes: readonly Diagnostic[],
  context: Context,
): Place {
  const frames = stack.map((frame): DiagnosticFrame => {
    const origin = originOf(frame.file, context.root)
    const snippet = origin === 'own' && context.snippetsLeft.count-- > 0 ? snippetAt(frame, context) : ''
    return {
      origin,
      ...(frame.function !== undefined && { function: frame.function }),
      file: shownPath(frame.file, context.root),
      line: frame.line,
      column: frame.column,
      ...(snippet !== '' && { snippet }),
    }
  })
  const known = context.at ?? header
  const own = frames.find(frame => frame.origin === 'own' && frame.line > 0)
  const below = own ? undefined : causes.find(cause => cause.file !== undefined)
  const best = known ?? own ?? below ?? frames.find(frame => frame.origin === 'dependency' && frame.line > 0)
  if (best?.file === undefined || best.line === undefined) return frames.length > 0 ? { frames } : {}
  const column = best.column || undefined
  const snippet = snippetAt({ file: resolve(context.root, best.file), line: best.line, column: column ?? 0 }, context)
  return {
    file: shownPath(best.file, context.root),
    line: best.line,
    ...(column !== undefined && { column }),
    ...(snippet !== '' && { snippet }),
    ...(frames.length > 0 && { frames }),
  }
}

/** What a part of the framework said of itself, with the source it left out and the secrets taken out. */
function complete(diagnostic: Diagnostic, context: Context): Diagnostic {
  const { file, line, column } = diagnostic
  const place = file !== undefined && line !== undefined ? { file: resolve(context.root, file), line } : undefined
  const snippet = diagnostic.snippet ?? (place ? snippetAt({ ...place, column: column ?? 0 }, context) : '')
  return {
    ...diagnostic,
    message: context.redact(clip(diagnostic.message, MAX_MESSAGE)),
    ...(file !== undefined && { file: shownPath(resolve(context.root, file), context.root) }),
    ...(snippet && { snippet: context.redact(snippet) }),
  }
}

function snippetAt(place: { file: string; line: number; column: number }, context: Context): string {
  const source = isAbsolute(place.file) ? context.readSource(place.file) : undefined
  if (source === undefined) return ''
  return context.redact(codeFrame(source, place.line, place.column || undefined))
}

function originOf(file: string, root: string): DiagnosticFrame['origin'] {
  if (!isAbsolute(file)) return 'node'
  return file.startsWith(root.endsWith(sep) ? root : root + sep) && !file.includes(`${sep}node_modules${sep}`)
    ? 'own'
    : 'dependency'
}

function shownPath(file: string, root: string): string {
  if (!isAbsolute(file)) return file
  const path = relative(root, file)
  return path.startsWith('..') || isAbsolute(path) ? file : path
}

function causesOf(error: object): unknown[] {
  const errors = read(error, 'errors')
  const inner = Array.isArray(errors) ? errors.slice(0, MAX_CAUSES).filter(item => isErrorLike(item)) : []
  const cause = read(error, 'cause')
  return cause === undefined || cause === null ? inner : [cause, ...inner]
}

/** SQL that a database refused: `position` counts characters from 1 (PostgreSQL, ErrorResponse field P). */
function sqlExcerpt(error: object, redact: Redact): Diagnostic['excerpts'] {
  const sql = textOf(read(error, 'sql')) ?? textOf(read(error, 'query'))
  if (sql === undefined) return undefined
  const position = Number(read(error, 'position') ?? 0)
  const before = clip(sql, MAX_STACK)
    .slice(0, Math.max(0, position - 1))
    .split('\n')
  const column = position > 0 ? before.at(-1)!.length + 1 : undefined
  const snippet = redact(codeFrame(clip(sql, MAX_STACK), before.length, column, { before: 20, after: 20 }))
  return snippet === '' ? undefined : [{ title: 'SQL', snippet }]
}

const SHOWN_ELSEWHERE = new Set([
  'name',
  'message',
  'stack',
  'code',
  'cause',
  'errors',
  'diagnostics',
  'sql',
  'query',
  'url',
])

function factsOf(error: object, redact: Redact): Record<string, string> | undefined {
  const facts: Record<string, string> = {}
  let count = 0
  for (const key of ownKeys(error)) {
    if (SHOWN_ELSEWHERE.has(key) || isSecretName(key)) continue
    const value = dataProperty(error, key)
    if (value === undefined || value === null || typeof value === 'function') continue
    facts[key] = typeof value === 'string' ? redact(clip(value, 500)) : clip(describe(value, redact), 500)
    if (++count === MAX_FACTS) break
  }
  return count > 0 ? facts : undefined
}

function ownKeys(value: object): string[] {
  try {
    return Object.keys(value).slice(0, 50)
  } catch {
    return [] // a proxy that refuses
  }
}

function dataProperty(value: object, key: string): unknown {
  try {
    return Object.getOwnPropertyDescriptor(value, key)?.value
  } catch {
    return undefined // a proxy that refuses
  }
}

function read(value: unknown, key: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[key]
  } catch {
    return undefined // a getter that throws
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function isErrorLike(value: unknown): boolean {
  return typeof value === 'object' && value !== null && textOf(read(value, 'stack')) !== undefined
}

function isDiagnostic(value: unknown): value is Diagnostic {
  return typeof read(value, 'stage') === 'string' && typeof read(value, 'message') === 'string'
}

/** Reads each file once; what cannot be read, or is too large to be source, has no text. */
export function createSourceReader(maxBytes = 2_000_000): (file: string) => string | undefined {
  const sources = new Map<string, string | undefined>()
  return file => {
    if (!sources.has(file)) {
      try {
        const text = readFileSync(file, 'utf8')
        sources.set(file, text.length > maxBytes ? undefined : text)
      } catch {
        sources.set(file, undefined) // no such file: code that was made, or has gone since
      }
    }
    return sources.get(file)
  }
}
