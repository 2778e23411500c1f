import { createRequire } from 'node:module'
import type { DestinationStream, Logger, LoggerOptions } from 'pino'
import { textStream } from './log-text.ts'
import { type OptionTable, option, readOptions } from './options.ts'
import { redactFields } from './redact-fields.ts'
import { REDACTED } from './secret-names.ts'

export type { Logger as PinoLogger } from 'pino'

/** Options of {@link createLogger}. */
export interface LogOptions {
  /** Default `info`. */
  level?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
  /** Fields of every line, such as the release or the worker. */
  base?: Record<string, unknown>
  /** More paths to redact, in pino's notation. Fields named like secrets always are: `password`, `apiKey`, `cookie`. */
  redact?: readonly string[]
  /** Default `json`. `text` is for people: one line per entry, in color on a terminal. */
  format?: 'json' | 'text'
  /** Where the lines go. Default: standard output, written without blocking; see {@link MAX_PENDING}. */
  destination?: DestinationStream
}

const OPTIONS: OptionTable<LogOptions> = {
  level: option.oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  base: option.object,
  redact: option.listOf(option.string),
  format: option.oneOf('json', 'text'),
  destination: option.object,
}

/**
 * How many bytes may wait for a slow reader of standard output. More lines are dropped: requests never wait for the log.
 */
const MAX_PENDING = 8 * 1024 * 1024

const require = createRequire(import.meta.url)

/** Loaded with the first logger: programs that log nothing start without it. */
const pinoPackage = (): typeof import('pino') => require('pino') as typeof import('pino')

/**
 * Creates a pino logger: JSON lines with ISO 8601 times and level names, secrets redacted.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`
 */
export function createLogger(given: LogOptions = {}): Logger {
  const options = readOptions('createLogger()', given, OPTIONS)
  const { pino, stdSerializers, stdTimeFunctions } = pinoPackage()
  const settings: LoggerOptions = {
    level: options.level ?? 'info',
    base: redactFields(options.base ?? {}),
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }), log: redactFields },
    serializers: { err: thrownSerializer(stdSerializers) },
    ...(options.redact && { redact: { paths: [...options.redact], censor: REDACTED } }),
  }
  const out = options.destination ?? pino.destination({ sync: false, maxLength: MAX_PENDING })
  const log = pino(settings, options.format === 'text' ? textStream(out, process.stdout.isTTY === true) : out)
  // pino's formatters are not called for the fields of a child.
  const { child } = log
  log.child = function (this: Logger, fields, ...rest) {
    return child.call(this, redactFields(fields), ...rest)
  } as Logger['child']
  return log
}

/** The fields of any thrown value, including values that are not Errors. */
function thrownSerializer({ err }: typeof import('pino').stdSerializers): (value: unknown) => Record<string, unknown> {
  return value => {
    if (typeof value === 'object' && value !== null) return redactFields(err(value as Error) as never)
    return { type: value === null ? 'null' : typeof value, message: String(value) }
  }
}
