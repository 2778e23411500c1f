import { isSecretName, REDACTED } from '@arlen/core/secrets'
import { clip } from './clip.ts'

/** The parts read here of what loggers of @arlen/core publish. */
export interface LogEvent {
  level: string
  bindings: Readonly<Record<string, unknown>>
  args: readonly unknown[]
  handled: boolean
}

const MAX_FACT = 300

/** A line of the log as text: what it says, then its members. Values whose names are those of secrets are left out. */
export function textOfLine({ bindings, args: [fields, text] }: LogEvent): string {
  if (typeof fields === 'string') return [fields, ...facts(bindings)].join(' ')
  const members = fields instanceof Error ? { err: fields } : (fields as object | undefined)
  return [String(text ?? ''), ...facts({ ...bindings, ...members })].join(' ').trim()
}

function facts(members: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(members).map(([name, value]) => `${name}=${isSecretName(name) ? REDACTED : textOf(value)}`)
}

function textOf(value: unknown): string {
  try {
    if (value instanceof Error || typeof value !== 'object' || value === null) return clip(String(value), MAX_FACT)
    return clip(JSON.stringify(value, (key, inner) => (isSecretName(key) ? REDACTED : inner)) ?? '', MAX_FACT)
  } catch {
    return '(a value that cannot be shown)' // it contains itself, has a BigInt, or throws when it is read
  }
}
