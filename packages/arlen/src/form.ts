import type { ProblemIssue } from '@arlen/core'
import { type Form, form } from '@arlen/view'

/** Fields whose text is never sent back. */
const SECRET = /passw|secret|token|^pin$|cvc|cvv/i

/** A form as it was sent and what is wrong with it, to be shown again; without passwords and the like. */
export function formOf(body: unknown, issues: readonly ProblemIssue[]): Form {
  const kept = Object.entries(isRecord(body) ? body : {}).filter(([name]) => !SECRET.test(name))
  return form(Object.fromEntries(kept), issues)
}

export const EMPTY_FORM: Form = form()

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
