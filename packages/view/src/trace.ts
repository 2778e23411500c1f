import type { Diagnostic } from '@arlen/core'
import { codeFrame, type Position } from './position.ts'
import { originalPosition } from './source-map.ts'
import type { Origin } from './template-entry.ts'
import { TemplateError } from './template-error.ts'

const diagnostics = new WeakMap<object, Diagnostic>()

// The URLs that modules of templates are loaded by, with line and column, as V8 writes them into stack traces.
const PLACE = /(file:\/\/.*?):(\d+):(\d+)(?=\)?$)/gm

/**
 * Rewrites the stack trace of an error that passed through templates: their frames name the template, its line and its
 * column. The error stays the same object. {@link templateDiagnostic} then tells the innermost place.
 */
export function traceTemplates(error: unknown, originOf: (url: string) => Origin | undefined): void {
  if (!(error instanceof Error) || error instanceof TemplateError || typeof error.stack !== 'string') return
  let innermost: { origin: Origin; position: Position } | undefined
  const stack = error.stack.replace(PLACE, (place, url: string, line: string, column: string) => {
    const origin = originOf(url)
    const map = origin?.map()
    const position = map && originalPosition(map, { line: Number(line), column: Number(column) })
    if (!origin || !position) return place
    innermost ??= { origin, position }
    return `${origin.path}:${position.line}:${position.column}`
  })
  if (!innermost) return
  try {
    error.stack = stack
  } catch {
    // A frozen error keeps the trace it has; the diagnostic tells the place.
  }
  const { origin, position } = innermost
  diagnostics.set(error, {
    stage: 'runtime',
    severity: 'error',
    message: error.message,
    file: origin.path,
    ...position,
    snippet: codeFrame(origin.map()?.sourcesContent[0] ?? '', position),
  })
}

/** The place in a template where an error came from, if it came from one. */
export function templateDiagnostic(error: unknown): Diagnostic | undefined {
  if (error instanceof TemplateError) return error.diagnostics[0]
  return typeof error === 'object' && error !== null ? diagnostics.get(error) : undefined
}
