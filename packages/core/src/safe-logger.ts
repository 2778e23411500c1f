import { Console } from 'node:console'
import { type Channel, channel } from 'node:diagnostics_channel'
import { consoleLogger } from './console-logger.ts'
import { coreError } from './errors.ts'
import { isPromiseLike } from './handler.ts'
import { type Logger, silentLogger } from './logger.ts'

/** What can be given as a logger: a pino logger or one with the same methods, a console, or false for silence. */
export type LoggerOption = Logger | Console | false

export const LOG_METHODS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

/** What `arlen:log` publishes for every line written through {@link toLogger}, whatever its level. */
export interface LogEvent {
  level: (typeof LOG_METHODS)[number]
  /** The fields given to `child()` along the way, such as `requestId`. */
  bindings: Readonly<Record<string, unknown>>
  /** The arguments of the call: members and a text, or either. */
  args: readonly unknown[]
  /** A subscriber that sets it prevents the line from reaching the logger. */
  handled: boolean
}

const written: Channel = channel('arlen:log')
const safe = new WeakSet<object>()

/**
 * Makes any given logger reliable: writing never throws and never rejects, and `child()` always returns a logger, whatever
 * the underlying one does. The first failure is reported as a process warning.
 *
 * @throws ArlenError `logger_invalid` for a value that is not a logger, with the methods that it lacks
 */
export function toLogger(given: unknown): Logger {
  if (given === false) return silentLogger
  if (typeof given === 'object' && given !== null && safe.has(given)) return given as Logger
  const logger = isConsole(given) ? consoleLogger(given) : given
  const problem = problemOf(logger)
  if (problem !== undefined) throw coreError('logger_invalid', { problem })
  return guard(logger as Logger)
}

/** Whether it is the process's console or one created by `new Console()`. A logger may be a proxy that throws. */
function isConsole(given: unknown): given is Console {
  if (typeof given !== 'object' || given === null) return false
  try {
    return given instanceof Console
  } catch {
    return false // reported below
  }
}

/** What is wrong with a logger, as the rest of the sentence `The logger …`. */
function problemOf(logger: unknown): string | undefined {
  if ((typeof logger !== 'object' && typeof logger !== 'function') || logger === null) {
    return `is ${logger === null ? 'null' : `a value of type ${typeof logger}`}`
  }
  try {
    const missing = [...LOG_METHODS, 'child'].filter(
      name => typeof (logger as Record<string, unknown>)[name] !== 'function',
    )
    return missing.length > 0 ? `has no ${missing.map(name => `${name}()`).join(', ')}` : undefined
  } catch (error) {
    return `cannot be read: ${reasonOf(error)}`
  }
}

/** Calls the logger only inside a guard. Its other members, such as `level`, are passed through. */
function guard(inner: Logger, bindings: LogEvent['bindings'] = {}): Logger {
  const own = new Map<string | symbol, unknown>()
  for (const name of LOG_METHODS)
    own.set(name, (...line: unknown[]) => attempt(() => write(inner, bindings, name, line)))
  own.set('child', (...args: unknown[]) => childOf(inner, bindings, args) ?? guarded)
  // The target is empty, because a proxy could not replace the methods of a frozen logger.
  const guarded = new Proxy({} as Logger, {
    get: (_, name) => own.get(name) ?? (inner as unknown as Record<string | symbol, unknown>)[name],
    set: (_, name, value) => Reflect.set(inner, name, value),
    has: (_, name) => name in inner,
    getPrototypeOf: () => Object.getPrototypeOf(inner) as object | null,
  })
  safe.add(guarded)
  return guarded
}

function write(inner: Logger, bindings: LogEvent['bindings'], name: LogEvent['level'], line: unknown[]): void {
  if (written.hasSubscribers) {
    const event: LogEvent = { level: name, bindings, args: line, handled: false }
    written.publish(event)
    if (event.handled) return
  }
  const result: unknown = (inner[name] as (...line: unknown[]) => unknown)(...line)
  if (isPromiseLike(result)) result.then(undefined, warnOnce)
}

function childOf(inner: Logger, bindings: LogEvent['bindings'], args: unknown[]): Logger | undefined {
  return attempt(() => {
    const child: unknown = (inner.child as (...args: unknown[]) => unknown)(...args)
    const problem = problemOf(child)
    if (problem !== undefined) {
      if (isPromiseLike(child)) child.then(undefined, warnOnce)
      throw coreError('logger_invalid', { problem: `gave a child that ${problem}` })
    }
    return guard(child as Logger, { ...bindings, ...(args[0] as object) })
  })
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    warnOnce(error)
    return undefined
  }
}

let warned = false

function warnOnce(error: unknown): void {
  if (warned) return
  warned = true
  process.emitWarning(`The logger failed, and lines are lost: ${reasonOf(error)}`, { code: 'ARLEN_LOGGER_FAILED' })
}

function reasonOf(error: unknown): string {
  try {
    return String(error)
  } catch {
    return 'an error that cannot be shown' // a logger that throws here is not asked again
  }
}

safe.add(silentLogger)
