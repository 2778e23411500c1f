import { basename } from 'node:path'
import type { Diagnostic } from '@arlen/core'
import { codeFrame } from '@arlen/core/code-frame'
import { mapStack, type StackFrame, toPath } from '@arlen/core/stack'
import { originalPosition } from '../compile/source-map.ts'
import type { Position } from '../position.ts'
import { TemplateError } from '../template-error.ts'
import { EXTENSION } from '../template-name.ts'
import type { Entry, Origin } from './template-entry.ts'

const diagnostics = new WeakMap<object, Diagnostic>()

const MOST_CAUSES = 8

interface TemplatePosition {
  origin: Origin
  position: Position
}

/**
 * Rewrites the stack traces of an error and its causes so that frames in templates name the template, its line and column. The
 * error object is kept. {@link templateDiagnostic} then returns the innermost of those positions.
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
  let innermost: TemplatePosition | undefined
  const stack = mapStack(error.stack, frame => {
    const place = positionInTemplate(frame, entries)
    if (!place) return undefined
    innermost ??= place
    return { file: place.origin.path, ...place.position }
  })
  if (!innermost) return
  const { origin, position } = innermost
  try {
    error.stack = stack
  } catch {
    // A frozen error keeps its trace; the diagnostic has the position.
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

function positionInTemplate(frame: StackFrame, entries: () => Iterable<Entry>): TemplatePosition | undefined {
  const { file, line, column } = frame
  for (const { origin } of entries()) {
    if (toPath(origin.url) === file) {
      const map = origin.map()
      const original = map && originalPosition(map, { line, column })
      return original && { origin, position: original }
    }
    // Node.js has already mapped it. Names are compared first, because the path may have to be read from a source map.
    if (file.endsWith(EXTENSION) && toPath(origin.url).includes(basename(file)) && origin.path === file) {
      return { origin, position: { line, column } }
    }
  }
  return undefined
}

/** Where in a template an error occurred; undefined if it did not occur in one. */
export function templateDiagnostic(error: unknown): Diagnostic | undefined {
  if (error instanceof TemplateError) return error.diagnostics[0]
  return typeof error === 'object' && error !== null ? diagnostics.get(error) : undefined
}
