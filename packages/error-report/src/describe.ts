import { isSecretName, REDACTED } from '@arlen/core/secrets'
import type { Redact } from './redact.ts'

const MAX_TEXT = 200
const MAX_ITEMS = 20
const MAX_DEPTH = 3

/**
 * Describes a value in one line. Depth, breadth and length are bounded, so huge and cyclic values are cheap. None of the value's
 * code runs: no getters, no `toString`, and of a `Proxy` only the traps for keys and descriptors.
 */
export function describe(value: unknown, redact: Redact): string {
  return text(value, redact, 0, new Set())
}

function text(value: unknown, redact: Redact, depth: number, above: Set<object>): string {
  if (typeof value === 'string') return JSON.stringify(clip(redact(clip(value, MAX_TEXT * 4)), MAX_TEXT))
  if (typeof value === 'bigint') return clip(`${value}n`, MAX_TEXT)
  if (typeof value === 'function') return '[function]'
  if (typeof value !== 'object' || value === null) return String(value)
  if (above.has(value)) return '[circular]'
  if (depth >= MAX_DEPTH) return Array.isArray(value) ? '[…]' : '{…}'
  above.add(value)
  try {
    return Array.isArray(value) ? list(value, redact, depth, above) : record(value, redact, depth, above)
  } catch {
    return '[unreadable]' // a proxy or exotic object whose keys cannot be read
  } finally {
    above.delete(value)
  }
}

function list(value: readonly unknown[], redact: Redact, depth: number, above: Set<object>): string {
  const items: string[] = []
  const length = Math.min(value.length, MAX_ITEMS)
  for (let i = 0; i < length; i++) items.push(property(value, String(i), redact, depth, above))
  if (value.length > length) items.push(`… ${value.length - length} more`)
  return `[${items.join(', ')}]`
}

function record(value: object, redact: Redact, depth: number, above: Set<object>): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (value instanceof Map || value instanceof Set) return `[${value instanceof Map ? 'Map' : 'Set'} of ${value.size}]`
  const items: string[] = []
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue
    if (items.length === MAX_ITEMS) {
      items.push('…')
      break
    }
    const shown = isSecretName(key) ? REDACTED : property(value, key, redact, depth, above)
    items.push(`${clip(key, MAX_TEXT)}: ${shown}`)
  }
  return `{ ${items.join(', ')} }`.replace('{  }', '{}')
}

function property(value: object, key: string, redact: Redact, depth: number, above: Set<object>): string {
  const descriptor = Object.getOwnPropertyDescriptor(value, key)
  if (descriptor?.get) return '[getter]'
  return text(descriptor?.value, redact, depth + 1, above)
}

/** Cuts a text to a length. */
export function clip(value: string, length: number): string {
  return value.length > length ? `${value.slice(0, length)}…` : value
}
