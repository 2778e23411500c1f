import { STATUS_CODES } from 'node:http'
import { HttpError, type ProblemIssue } from './error-table.ts'

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
  /** The source around `line`. */
  snippet?: string
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
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code: known?.code ?? 'internal_error',
    ...(known?.detail !== undefined && { detail: known.detail }),
    correlationId,
    ...(known?.errors !== undefined && { errors: known.errors }),
  }
}
