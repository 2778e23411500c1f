import type { ProblemIssue } from '@arlen/core'
import { isSecretName } from '@arlen/core/secrets'
import { type Form, form } from '@arlen/view'

/** A form as it was sent and what is wrong with it, to be shown again; without passwords and the like. */
export function formOf(body: unknown, issues: readonly ProblemIssue[]): Form {
  const kept = Object.entries(isRecord(body) ? body : {}).filter(([name]) => !isSecretName(name))
  return form(Object.fromEntries(kept), issues)
}

export const EMPTY_FORM: Form = form()

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
