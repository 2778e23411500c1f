import { type Logger, type LoggerOption, toLogger } from '@arlen/core'
import { createLogger, type LogOptions } from '@arlen/core/logger'
import type { Config } from '../config/config.ts'

/** The logger given to an application, or one created from its configuration. @throws ArlenError `logger_invalid` */
export function openLog(given: LoggerOption | undefined, config: Config['log'], environment: string): Logger {
  return toLogger(given === undefined ? createLogger(logOptions(config, environment)) : given)
}

function logOptions({ level, format }: Config['log'], environment: string): LogOptions {
  return { level, format: format === 'auto' ? (environment === 'development' ? 'text' : 'json') : format }
}
