import { readFileSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { Diagnostic, DiagnosticFrame } from '@arlen/core'
import { codeFrame } from '@arlen/core/code-frame'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import {
  isInstalled,
  parseStack,
  parseSyntaxErrorHeader,
  type SourceLocation,
  type StackFrame,
} from '@arlen/core/stack'
import { clip, describe } from './describe.ts'
import { causesOf, factsOf, isDiagnostic, locationOf, read, sqlExcerpt, textOf } from './error-details.ts'
import { hintFor } from './hints.ts'
import { importLocation } from './import-location.ts'
import { printable } from './printable.ts'
import { createRedact, type Redact } from './redact.ts'

const MAX_MESSAGE = 4_000
const MAX_CAUSE_MESSAGE = 1_000
const MAX_STACK = 60_000
const MAX_FRAMES = 60
const MAX_OWN_SNIPPETS = 8
const MAX_CAUSES = 8
const UNKNOWN = 'Unknown error'

/** Options of {@link diagnose}. */
export interface DiagnoseOptions {
  /** Default `runtime`. */
  stage?: Diagnostic['stage']
  /** The application's folder. Files in it, outside `node_modules`, are its own code. Default: the working folder. */
  root?: string
  /** Redacts secrets in every text. Default: {@link createRedact} with the environment. */
  redact?: Redact
  /** Reads a source file; undefined if there is none. Default: from disk. */
  readSource?: (file: string) => string | undefined
  /** Where it happened, if that is known better than from the stack. */
  at?: SourceLocation
  /** Where to look if neither the error nor its causes name a place in the application, such as where its route was added. */
  otherwise?: SourceLocation | undefined
  /** A folder whose calls are left out, such as that of the program that runs the application. */
  hide?: string
}

/** The rule for each of {@link DiagnoseOptions}. */
export const DIAGNOSE_OPTIONS: OptionTable<DiagnoseOptions> = {
  stage: option.string,
  root: option.string,
  redact: option.func,
  readSource: option.func,
  at: option.object,
  otherwise: option.object,
  hide: option.string,
}

interface Context extends Required<Omit<DiagnoseOptions, 'at' | 'hide' | 'otherwise'>> {
  at?: DiagnoseOptions['at']
  otherwise: SourceLocation | undefined
  hide: string | undefined
  /** Redacts secrets and shortens paths in the application's folder. */
  say: Redact
  /** 0 for the error itself, 1 for its cause, and so on. */
  depth: number
  seen: Set<unknown>
  /** The location of a syntax error anywhere in the chain of causes: it is nearer to the mistake than any call. */
  syntax: { location?: DiagnoseOptions['at'] }
  /** How many more calls may be shown with their source. */
  snippetsLeft: { count: number }
}

/**
 * Turns anything thrown into data for people and editors: where it happened, the calls that led there, its causes. Takes any
 * value and never throws.
 *
 * An error with `diagnostics`, such as a compiler's, is shown by those.
 */
export function diagnose(error: unknown, given: DiagnoseOptions = {}): Diagnostic[] {
  const options = readOptions('diagnose()', given, DIAGNOSE_OPTIONS)
  const root = resolve(options.root ?? '.')
  const redact = options.redact ?? createRedact()
  const context: Context = {
    stage: options.stage ?? 'runtime',
    root,
    redact,
    say: text =>
      printable(redact(text))
        .replaceAll(`file://${root}${sep}`, '')
        .replaceAll(root + sep, '')
        .replace(/\.ets\.\d+/g, '.ets'), // a template that was compiled again
    depth: 0,
    readSource: options.readSource ?? createSourceReader(),
    at: options.at,
    otherwise: options.otherwise,
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
  const { stage, redact, say, depth } = context
  if (typeof error !== 'object' || error === null || isBare(error)) {
    const message = `${describe(error, say)} was thrown, which is not an Error and has no stack trace`
    return { stage, severity: 'error', message, ...locate([], undefined, [], context) }
  }
  const name = textOf(read(error, 'name'))
  const code = textOf(read(error, 'code'))
  const rawMessage = textOf(read(error, 'message')) ?? ''
  const stack = stackOf(error, rawMessage)
  const frames = parseStack(stack)
    .filter(frame => !isHidden(frame.file, context))
    .slice(0, MAX_FRAMES)
  const causes = causesOf(error).flatMap(cause =>
    context.seen.has(cause) || context.seen.size > MAX_CAUSES
      ? []
      : [fromError(cause, { ...context, at: undefined, otherwise: undefined, depth: depth + 1 })],
  )
  const excerpts = sqlExcerpt(error, redact)
  const text = excerpts ? rawMessage.split(/\n[> ] *\d+ \| /)[0]! : rawMessage // the message may quote the SQL too
  const message = say(clip(text, depth > 0 ? MAX_CAUSE_MESSAGE : MAX_MESSAGE)) || causes[0]?.message || name || UNKNOWN
  const printed = parseSyntaxErrorHeader(stack)
  const header = printed && isHidden(printed.file, context) ? undefined : printed
  context.syntax.location ??= header
  const imported = importLocation(rawMessage.slice(0, MAX_MESSAGE), context.readSource)
  const told = textOf(read(error, 'hint'))
  const codes = [code, textOf(read(error, 'sqlstate'))]
  const hint = told === undefined ? hintFor({ message, codes }) : say(clip(told, 500))
  const facts = factsOf(error, say)
  return {
    stage,
    severity: 'error',
    message,
    ...(name !== undefined && { name }),
    ...(code !== undefined && { code }),
    ...locate(frames, header ?? context.syntax.location ?? locationOf(error) ?? imported, causes, context),
    ...(hint !== undefined && { hint }),
    ...(excerpts && { excerpts }),
    ...(facts && { facts }),
    ...(causes.length > 0 && { causes }),
  }
}

function isHidden(file: string, { hide }: Context): boolean {
  return hide !== undefined && file.startsWith(hide)
}

/** The stack trace without the message, which may be longer than all the calls, and may look like calls. */
function stackOf(error: object, message: string): string {
  const stack = textOf(read(error, 'stack')) ?? ''
  const start = message === '' ? -1 : stack.indexOf(message)
  if (start === -1) return clip(stack, MAX_STACK)
  return clip(stack.slice(0, Math.min(start, MAX_STACK)) + stack.slice(start + message.length), MAX_STACK)
}

/** Whether an object lacks everything that an error has. */
function isBare(value: object): boolean {
  return (
    !(value instanceof Error) &&
    ['message', 'stack', 'name', 'code', 'cause', 'errors'].every(key => read(value, key) === undefined)
  )
}

type Location = Pick<Diagnostic, 'file' | 'line' | 'column' | 'snippet' | 'frames'>

/**
 * The location to show: the known one, else the innermost call of the application in the error or its causes. Never one in a
 * third-party package: it cannot be fixed there. Files outside the folder may be the developer's own packages.
 */
function locate(
  stack: readonly StackFrame[],
  header: DiagnoseOptions['at'],
  causes: readonly Diagnostic[],
  context: Context,
): Location {
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
  const linked = (frame: DiagnosticFrame) => frame.origin === 'dependency' && frame.line > 0 && !isInstalled(frame.file)
  const best = known ?? own ?? below ?? context.otherwise ?? frames.find(linked)
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

/** Completes a diagnostic that an error brought: adds the source and redacts secrets. */
function complete(diagnostic: Diagnostic, context: Context): Diagnostic {
  const { file, line, column } = diagnostic
  const place = file !== undefined && line !== undefined ? { file: resolve(context.root, file), line } : undefined
  const snippet = diagnostic.snippet ?? (place ? snippetAt({ ...place, column: column ?? 0 }, context) : '')
  return {
    ...diagnostic,
    message: context.say(clip(diagnostic.message, MAX_MESSAGE)),
    ...(file !== undefined && { file: shownPath(resolve(context.root, file), context.root) }),
    ...(snippet && { snippet: context.redact(snippet) }),
    ...(diagnostic.output !== undefined && { output: context.say(diagnostic.output) }),
  }
}

function snippetAt(location: { file: string; line: number; column: number }, context: Context): string {
  const source = isAbsolute(location.file) ? context.readSource(location.file) : undefined
  if (source === undefined) return ''
  return context.redact(codeFrame(source, location.line, location.column || undefined))
}

function originOf(file: string, root: string): DiagnosticFrame['origin'] {
  if (!isAbsolute(file)) return 'node'
  return file.startsWith(root.endsWith(sep) ? root : root + sep) && !isInstalled(file.slice(root.length))
    ? 'own'
    : 'dependency'
}

function shownPath(file: string, root: string): string {
  if (!isAbsolute(file)) return file
  const path = relative(root, file)
  return path.startsWith('..') || isAbsolute(path) ? file : path
}

/** Reads each file once. Files that cannot be read, or are too large to be source, have no text. */
function createSourceReader(maxBytes = 2_000_000): (file: string) => string | undefined {
  const sources = new Map<string, string | undefined>()
  return file => {
    if (!sources.has(file)) {
      try {
        const text = readFileSync(file, 'utf8')
        sources.set(file, text.length > maxBytes ? undefined : text)
      } catch {
        sources.set(file, undefined) // no such file: generated code, or a deleted file
      }
    }
    return sources.get(file)
  }
}
