import { defineErrors } from './error-table.ts'

/** Every error that @arlen/core itself raises. */
export const coreError: ReturnType<typeof defineErrors<CoreErrorCode>> = defineErrors<CoreErrorCode>({
  config_invalid: { message: 'The configuration has {count} problem(s):\n{problems}' },
  middleware_invalid: {
    message:
      'The middleware{name} gave {actual} instead of a handler. It is called once, with the next handler: next => c => next(c).',
  },
  logger_invalid: {
    message:
      'The logger {problem}. Give createLogger() of @arlen/core/logger, a pino logger, console, or false for silence.',
  },
  lifecycle_failed: { message: '{part} failed to {action}: {reason}' },
})

type CoreErrorCode = 'config_invalid' | 'middleware_invalid' | 'lifecycle_failed' | 'logger_invalid'
