import type { ProblemIssue } from '@arlen/core'

/** Fields whose text is never sent back. */
const SECRET = /passw|secret|token|pin$|cvc|cvv/i

/** A form as it was sent, and what is wrong with it: what a page needs to show it again. */
export class FormState {
  /** What was entered, by the name of the field; without passwords and the like. */
  readonly values: Readonly<Record<string, string>>
  /** What is wrong, by the name of the field. */
  readonly errors: Readonly<Record<string, readonly string[]>>

  constructor(body: unknown, issues: readonly ProblemIssue[]) {
    const values: Record<string, string> = Object.create(null)
    for (const [name, value] of Object.entries(isRecord(body) ? body : {})) {
      if (!SECRET.test(name)) values[name] = String(Array.isArray(value) ? value[0] : value)
    }
    const errors: Record<string, string[]> = Object.create(null)
    for (const { path, message } of issues) {
      const name = fieldOf(path)
      errors[name] ??= []
      errors[name].push(message)
    }
    this.values = values
    this.errors = errors
  }

  /** Whether there is nothing wrong with it. */
  get ok(): boolean {
    return Object.keys(this.errors).length === 0
  }

  /** What was entered in a field, else the text given. */
  value(name: string, otherwise = ''): string {
    return this.values[name] ?? otherwise
  }

  /** The first thing wrong with a field, else nothing. */
  error(name: string): string {
    return this.errors[name]?.[0] ?? ''
  }
}

/** `/body/lines/0/name` is the field `lines/0/name`. */
function fieldOf(pointer: string): string {
  const [, , ...steps] = pointer.split('/')
  return steps.map(step => step.replaceAll('~1', '/').replaceAll('~0', '~')).join('/')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
