import { randomUUID } from 'node:crypto'
import type { Diagnostic } from '@arlen/core'
import type { DevelopmentProblem } from '@arlen/error-report'

/** The problem document that requests get while the application does not run. */
export function problemOf(code: string, diagnostics: readonly Diagnostic[]): DevelopmentProblem {
  return {
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    code,
    correlationId: randomUUID(),
    detail: diagnostics[0]?.message ?? code,
    diagnostics,
  }
}

/** Whether two builds failed in the same way. Output may differ by a time or a process id. */
export function isSameFailure(a: readonly Diagnostic[], b: readonly Diagnostic[]): boolean {
  const essence = (list: readonly Diagnostic[]) =>
    JSON.stringify(
      list.map(({ stage, message, file, line, column, code }) => [stage, message, file, line, column, code]),
    )
  return essence(a) === essence(b)
}
