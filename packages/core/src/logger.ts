/** Writes one line: fields and a message, or a message alone. */
export interface LogLine {
  (fields: object, message?: string): void
  (message: string): void
}

/** What Arlen's packages ask of a logger. A pino logger is one; `createLogger` of `@arlen/core/logger` makes it. */
export interface Logger {
  readonly trace: LogLine
  readonly debug: LogLine
  readonly info: LogLine
  readonly warn: LogLine
  readonly error: LogLine
  readonly fatal: LogLine
  /** A logger whose every line carries these fields too. */
  child(fields: Record<string, unknown>): Logger
}

const ignore: LogLine = () => undefined

/** Logs nothing: what a package uses where it was given no logger. */
export const silentLogger: Logger = {
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  fatal: ignore,
  child: () => silentLogger,
}
