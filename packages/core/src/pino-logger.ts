import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino'
import { textStream } from './log-text.ts'

export type { Logger as PinoLogger } from 'pino'

export interface LogOptions {
  /** Default `info`. */
  level?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
  /** Members every line has, such as the release or the worker. */
  base?: Record<string, unknown>
  /** Further paths to redact, in pino's notation; secrets of requests and configuration always are. */
  redact?: readonly string[]
  /** Default `json`. Text is for people: one line each, in colour on a terminal. */
  format?: 'json' | 'text'
  /** Where the lines go. Default: standard output, written without blocking; see {@link MAX_PENDING}. */
  destination?: DestinationStream
}

/**
 * Bytes of log that wait for a slow reader of standard output. Beyond that, lines are dropped: requests never wait for
 * the log.
 */
const MAX_PENDING = 8 * 1024 * 1024

const SECRETS = [
  'password',
  'secret',
  'token',
  'authorization',
  'cookie',
  '*.password',
  '*.secret',
  '*.token',
  '*.authorization',
  '*.cookie',
  'headers["set-cookie"]',
  '*.headers["set-cookie"]',
]

/** A pino logger as Arlen uses it: JSON lines, ISO 8601 times, level names, secrets redacted. */
export function createLogger(options: LogOptions = {}): Logger {
  const settings: LoggerOptions = {
    level: options.level ?? 'info',
    base: options.base ?? {},
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }) },
    redact: { paths: [...SECRETS, ...(options.redact ?? [])], censor: '[redacted]' },
  }
  const out = options.destination ?? pino.destination({ sync: false, maxLength: MAX_PENDING })
  return pino(settings, options.format === 'text' ? textStream(out, process.stdout.isTTY === true) : out)
}
