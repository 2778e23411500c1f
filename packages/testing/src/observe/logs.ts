import { format } from 'node:util'
import type { LogEvent } from '@arlen/core'
import type { LogLine } from './record.ts'

const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}

/** A log call of an Arlen logger: members, then a text with its values, or either (as in pino). */
export function lineOf({ level, bindings, args }: LogEvent): LogLine {
  const [first, ...rest] = args
  if (first instanceof Error)
    return { ...bindings, level, err: first, msg: rest.length > 0 ? format(...rest) : first.message }
  if (typeof first === 'object' && first !== null)
    return {
      ...bindings,
      ...first,
      level,
      msg: rest.length > 0 ? format(...rest) : String((first as { msg?: unknown }).msg ?? ''),
    }
  return { ...bindings, level, msg: format(...args) }
}

interface PinoLike {
  level: string
  [member: symbol]: unknown
}

/**
 * Captures the lines of a foreign pino logger, such as Fastify's, and of all its children, instead of writing them to its
 * destination. Undefined if it is not a pino logger.
 *
 * @returns a function that restores the logger's destination and level
 */
export function capturePino(logger: unknown, take: (line: LogLine) => void): (() => void) | undefined {
  const stream = streamSymbol(logger)
  if (stream === undefined) return undefined
  const pino = logger as PinoLike
  const { level, [stream]: destination } = pino
  pino[stream] = { write: (text: string) => take(parseLine(text)) }
  if (level !== 'trace') pino.level = 'debug'
  return () => {
    pino[stream] = destination
    pino.level = level
  }
}

/** pino keeps its destination under a symbol (`pino.symbols.streamSym`), which children inherit. */
function streamSymbol(logger: unknown): symbol | undefined {
  for (let at = logger; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertySymbols(at).find(symbol => symbol.description === 'pino.stream')
    if (found !== undefined) return found
  }
  return undefined
}

function parseLine(text: string): LogLine {
  try {
    const line = JSON.parse(text) as Record<string, unknown>
    const { level, msg } = line
    const name = typeof level === 'number' ? (LEVELS[level] ?? String(level)) : String(level)
    return { ...line, level: name, msg: String(msg ?? '') }
  } catch {
    return { level: 'info', msg: text.trimEnd() }
  }
}
