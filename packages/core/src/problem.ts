import { HttpError, type ProblemIssue, statusText } from './error-table.ts'

/** One call on the way to a failure. */
export interface DiagnosticFrame {
  /** Whose code it is: the application's, a dependency's or Node's own. */
  origin: 'own' | 'dependency' | 'node'
  function?: string
  /** Relative to the application's folder where it is inside, absolute elsewhere. */
  file: string
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  /** The source around it. */
  snippet?: string
}

/** Where a build or a program failed, for people and editors. */
export interface Diagnostic {
  stage: 'config' | 'template' | 'typecheck' | 'load' | 'boot' | 'runtime'
  severity: 'error' | 'warning'
  message: string
  command?: string
  exitCode?: number
  file?: string
  /** From 1. */
  line?: number
  /** From 1. */
  column?: number
  /** The source around `line`, as `codeFrame` of `@arlen/core/code-frame` writes it. */
  snippet?: string
  /** The class of the error: `TypeError`. */
  name?: string
  /** What programs know it by: `ERR_MODULE_NOT_FOUND`, `TS2304`, `42P01`. */
  code?: string
  /** What to do about it, in a sentence or two. */
  hint?: string
  /** The calls that led there, innermost first. */
  frames?: readonly DiagnosticFrame[]
  /** What led to it: an error's `cause`, the errors of an AggregateError. */
  causes?: readonly Diagnostic[]
  /** Other texts with a position in them, such as the SQL that a database refused. */
  excerpts?: readonly { title: string; snippet: string }[]
  /** What else the error says of itself. */
  facts?: Readonly<Record<string, string>>
  /** The end of what the command printed. */
  output?: string
  /** What the development server can do about it when asked: the button on its page. */
  action?: { name: string; label: string }
}

/** The one shape of everything that fails, over the wire (RFC 9457, with the members `code` and `correlationId`). */
export interface Problem {
  type: string
  title: string
  status: number
  code: string
  correlationId: string
  detail?: string
  errors?: readonly ProblemIssue[]
  diagnostics?: readonly Diagnostic[]
}

/** The media type of problem documents (RFC 9457, section 6.1). */
export const PROBLEM_TYPE = 'application/problem+json'

/**
 * What a client may know of an error. An {@link HttpError} speaks for itself; anything else is a 500 that says no more
 * than its correlation id, for the log has the rest under the same id.
 */
export function toProblem(error: unknown, correlationId: string): Problem {
  const known = error instanceof HttpError ? error : undefined
  const status = known?.status ?? 500
  return {
    type: 'about:blank',
    title: statusText(status) ?? 'Error',
    status,
    code: known?.code ?? 'internal_error',
    ...(known?.detail !== undefined && { detail: known.detail }),
    correlationId,
    ...(known?.errors !== undefined && { errors: known.errors }),
  }
}
