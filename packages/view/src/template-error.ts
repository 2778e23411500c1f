import { ArlenError, type Diagnostic } from '@arlen/core'
import { codeFrame } from '@arlen/core/code-frame'
import { type ViewErrorCode, viewError } from './errors.ts'
import { Lines, type Position } from './position.ts'

/** The source of a template. */
export interface TemplateSource {
  /** The path of the template, for messages. */
  readonly path: string
  readonly text: string
}

/** A mistake in a template, with its line and column. `reason` says what is wrong; `message` also says where. */
export class TemplateError extends ArlenError {
  readonly path: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  readonly reason: string
  /** The source around the mistake, with a caret. */
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

/** Makes a {@link TemplateError} for an offset into the source. */
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

/** Makes a warning for an offset into the source. */
export function templateWarning(source: TemplateSource, offset: number, message: string): Diagnostic {
  const position = new Lines(source.text).at(offset)
  const snippet = codeFrame(source.text, position.line, position.column)
  return { stage: 'template', severity: 'warning', message, file: source.path, ...position, snippet }
}
