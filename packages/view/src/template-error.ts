import { ArlenError, type Diagnostic } from '@arlen/core'
import { codeFrame } from '@arlen/core/code-frame'
import { type ViewErrorCode, viewError } from './errors.ts'
import { Lines, type Position } from './position.ts'

/** Where a template says what it says. */
export interface TemplateSource {
  /** As shown to people: the path the template was read from. */
  readonly path: string
  readonly text: string
}

/** A mistake in a template, at its own line and column. `reason` is the bare sentence, `message` has the place too. */
export class TemplateError extends ArlenError {
  readonly path: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  readonly reason: string
  /** The source around the place, with a caret. */
  readonly snippet: string
  readonly diagnostics: readonly Diagnostic[]

  constructor(code: string, reason: string, source: TemplateSource, position: Position, options?: ErrorOptions) {
    const snippet = codeFrame(source.text, position.line, position.column)
    super(code, `${source.path}:${position.line}:${position.column}: ${reason}\n\n${snippet}\n`, options)
    this.path = source.path
    this.line = position.line
    this.column = position.column
    this.reason = reason
    this.snippet = snippet
    this.diagnostics = [
      { stage: 'template', severity: 'error', message: reason, file: source.path, ...position, snippet },
    ]
  }
}

/** A {@link TemplateError} out of the package's table of errors, at an offset into the source. */
export function templateError(
  code: ViewErrorCode,
  source: TemplateSource,
  offset: number,
  values: Readonly<Record<string, unknown>> = {},
  options?: ErrorOptions,
): TemplateError {
  const position = new Lines(source.text).at(offset)
  return new TemplateError(code, viewError(code, values).message, source, position, options)
}
