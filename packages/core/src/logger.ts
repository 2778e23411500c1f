/** Writes one line: fields and a message, or a message alone. */
export interface LogLine {
  (fields: object, message?: string): void
  (message: string): void
}

/** What Arlen's packages need of a logger. Pino loggers have it; `createLogger()` of `@arlen/core/logger` makes one. */
export interface Logger {
  readonly trace: LogLine
  readonly debug: LogLine
  readonly info: LogLine
  readonly warn: LogLine
  readonly error: LogLine
  readonly fatal: LogLine
  /** A logger that adds these fields to every line. */
  child(fields: Record<string, unknown>): Logger
}

const ignore: LogLine = () => undefined

/** Logs nothing. The default if no logger is given. */
export const silentLogger: Logger = {
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  fatal: ignore,
  child: () => silentLogger,
}
