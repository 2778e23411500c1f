import { isSecretName, REDACTED } from './secret-names.ts'

/** Objects nested deeper are not searched. */
const MAX_DEPTH = 4

const known = new Map<string, boolean>()
const MAX_KNOWN = 1_000

/** Replaces the values of secrets in the fields of a log line, nested ones included. Copies only what changes. */
export function redactFields(fields: Record<string, unknown>, depth: number = MAX_DEPTH): Record<string, unknown> {
  let clean: Record<string, unknown> | undefined
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    const shown = isSecret(name) && value != null ? REDACTED : depth > 0 ? redactValue(value, depth - 1) : value
    if (shown === value) continue
    clean ??= { ...fields }
    clean[name] = shown
  }
  return clean ?? fields
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return redactList(value, depth)
  const prototype = Object.getPrototypeOf(value)
  const isPlain = prototype === Object.prototype || prototype === null
  return isPlain ? redactFields(value as Record<string, unknown>, depth) : value
}

function redactList(list: readonly unknown[], depth: number): readonly unknown[] {
  if (depth === 0 || !list.some(item => typeof item === 'object' && item !== null)) return list
  const clean = list.map(item => redactValue(item, depth - 1))
  return clean.every((item, i) => item === list[i]) ? list : clean
}

/** Log lines use few names, again and again. */
function isSecret(name: string): boolean {
  let secret = known.get(name)
  if (secret === undefined) {
    secret = isSecretName(name)
    if (known.size < MAX_KNOWN) known.set(name, secret)
  }
  return secret
}
