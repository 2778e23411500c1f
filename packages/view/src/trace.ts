import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Diagnostic } from '@arlen/core'
import { codeFrame } from '@arlen/core/code-frame'
import type { Position } from './position.ts'
import { originalPosition } from './source-map.ts'
import type { Entry, Origin } from './template-entry.ts'
import { TemplateError } from './template-error.ts'
import { EXTENSION } from './template-name.ts'

const diagnostics = new WeakMap<object, Diagnostic>()

// A place in a stack trace of V8: of a module by its URL or, where Node.js has mapped it already, of a source by its path.
const PLACE = /(?<=[( ])((?:file:\/\/|\/|[A-Za-z]:\\).*?):(\d+):(\d+)(?=\)?$)/gm
const MOST_CAUSES = 8

interface TemplatePlace {
  origin: Origin
  position: Position
}

/**
 * Rewrites the stack trace of an error that passed through templates, and of its causes: their frames name the template,
 * its line and its column. The error stays the same object. {@link templateDiagnostic} then tells the innermost place.
 */
export function traceTemplates(error: unknown, entries: () => Iterable<Entry>): void {
  let cause = error
  for (let depth = 0; depth < MOST_CAUSES && cause instanceof Error; depth++) {
    if (!(cause instanceof TemplateError)) traceOne(cause, entries)
    cause = cause.cause
  }
}

function traceOne(error: Error, entries: () => Iterable<Entry>): void {
  if (typeof error.stack !== 'string') return
  let innermost: TemplatePlace | undefined
  const stack = error.stack.replace(PLACE, (text, file: string, line: string, column: string) => {
    const place = placeInTemplate(file, { line: Number(line), column: Number(column) }, entries)
    if (!place) return text
    innermost ??= place
    return `${place.origin.path}:${place.position.line}:${place.position.column}`
  })
  if (!innermost) return
  const { origin, position } = innermost
  try {
    error.stack = stack
  } catch {
    // A frozen error keeps the trace it has; the diagnostic tells the place.
  }
  diagnostics.set(error, {
    stage: 'runtime',
    severity: 'error',
    message: error.message,
    file: origin.path,
    ...position,
    snippet: codeFrame(origin.map()?.sourcesContent[0] ?? '', position.line, position.column),
  })
}

function placeInTemplate(file: string, position: Position, entries: () => Iterable<Entry>): TemplatePlace | undefined {
  const path = file.startsWith('file:') ? pathOf(file) : file
  for (const { origin } of entries()) {
    // Up to Node.js 22, what is required is known by its path.
    if (origin.url === file || pathOf(origin.url) === path) {
      const map = origin.map()
      const original = map && originalPosition(map, position)
      return original && { origin, position: original }
    }
    // The names are compared first, for the path may have to be read from a source map.
    if (path.endsWith(EXTENSION) && pathOf(origin.url).includes(basename(path)) && origin.path === path) {
      return { origin, position }
    }
  }
  return undefined
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    return url // not a file after all
  }
}

/** The place in a template where an error came from, if it came from one. */
export function templateDiagnostic(error: unknown): Diagnostic | undefined {
  if (error instanceof TemplateError) return error.diagnostics[0]
  return typeof error === 'object' && error !== null ? diagnostics.get(error) : undefined
}
