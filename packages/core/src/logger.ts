import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino'

export type { Logger } from 'pino'

export interface LogOptions {
  /** Default `info`. */
  level?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
  /** Members every line has, such as the release or the worker. */
  base?: Record<string, unknown>
  /** Further paths to redact, in pino's notation; secrets of requests and configuration always are. */
  redact?: readonly string[]
  /** Where the lines go. Default: standard output, written without blocking. */
  destination?: DestinationStream
}

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
  return options.destination ? pino(settings, options.destination) : pino(settings, pino.destination({ sync: false }))
}
