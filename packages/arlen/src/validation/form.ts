import type { ProblemIssue } from '@arlen/core'
import { isSecretName } from '@arlen/core/secrets'
import { type Form, form } from '@arlen/view'

/** A submitted form and its errors, for showing it again; without passwords, files and the like. */
export function formOf(body: unknown, issues: readonly ProblemIssue[]): Form {
  const kept = Object.entries(isRecord(body) ? body : {}).filter(
    ([name, value]) => !isSecretName(name) && !hasFile(value),
  )
  return form(Object.fromEntries(kept), issues)
}

export const EMPTY_FORM: Form = form()

/** A page cannot fill in a file input, so it needs no file. */
function hasFile(value: unknown): boolean {
  return value instanceof Blob || (Array.isArray(value) && value.some(one => one instanceof Blob))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
