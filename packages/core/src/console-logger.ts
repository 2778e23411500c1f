import type { Console } from 'node:console'
import type { Logger } from './logger.ts'

type Bindings = Readonly<Record<string, unknown>>

/** For consoles that lack the level, or print a stack with it. */
const METHODS = { trace: 'debug', debug: 'debug', info: 'info', warn: 'warn', error: 'error', fatal: 'error' } as const

/** A console as a logger: the message first, then the members of the line and those of `child()`. */
export function consoleLogger(console: Console, bindings: Bindings = {}): Logger {
  const logger: Record<string, unknown> = {
    level: 'trace',
    child: (more: Bindings) => consoleLogger(console, { ...bindings, ...more }),
  }
  for (const [level, method] of Object.entries(METHODS)) {
    logger[level] = (...line: unknown[]) => console[method](...argumentsOf(line, bindings))
  }
  return logger as unknown as Logger
}

/** Lines are written as to pino: `(members, message, ...values)`, `(error, message)`, or `(message, ...values)`. */
function argumentsOf([first, ...rest]: unknown[], bindings: Bindings): unknown[] {
  const isMessage = typeof first !== 'object' || first === null
  const members = isMessage ? bindings : { ...bindings, ...(first instanceof Error ? { err: first } : first) }
  const texts = isMessage ? [first, ...rest] : rest
  return Object.keys(members).length > 0 ? [...texts, members] : texts
}
