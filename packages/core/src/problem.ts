import { HttpError, type ProblemIssue, statusText } from './error-table.ts'

/** One call on the way to a failure. */
export interface DiagnosticFrame {
  /** The application's own code, a dependency's or Node.js's. */
  origin: 'own' | 'dependency' | 'node'
  function?: string
  /** Relative to the application's folder if it is inside, else absolute. */
  file: string
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  /** The source around it. */
  snippet?: string
}

/** The location of a failure in a build or a program, for people and editors. */
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
  /** Its code: `ERR_MODULE_NOT_FOUND`, `TS2304`, `42P01`. */
  code?: string
  /** What to do about it. */
  hint?: string
  /** The calls that led there, innermost first. */
  frames?: readonly DiagnosticFrame[]
  /** Its causes: an error's `cause`, the errors of an AggregateError. */
  causes?: readonly Diagnostic[]
  /** Other texts with a marked position, such as the SQL that a database rejected. */
  excerpts?: readonly { title: string; snippet: string }[]
  /** Other properties of the error. */
  facts?: Readonly<Record<string, string>>
  /** The end of the command's output. */
  output?: string
  /** What the development server can do about it: a button on its page. */
  action?: { name: string; label: string }
}

/** A problem document (RFC 9457) with the members `code` and `correlationId`. Every failure is sent as one. */
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
 * What a client may know about an error. An {@link HttpError} is shown; anything else is a 500 with nothing but the correlation
 * id, under which the log has the rest.
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
