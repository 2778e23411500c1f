import { defineErrors, type ErrorFactory } from './error-table.ts'

const table = {
  config_invalid: { message: 'The configuration has {count} problem(s):\n{problems}' },
  lifecycle_failed: { message: '{resource} failed to {action}: {reason}' },
  middleware_invalid: {
    message:
      'The middleware{name} returned {actual} instead of a handler. It is called once, with the next handler: next => c => next(c).',
  },
  middleware_foreign: {
    message:
      '{name} wraps the next handler, once: next => c => next(c). It was called with {actual}, as Express, Fastify, Koa and Hono call theirs. {remedy}',
  },
  logger_invalid: {
    message:
      'The logger {problem}. Use createLogger() of @arlen/core/logger, a pino logger, console, or false for none.',
  },
  option_invalid: { message: '{owner}: {what} {problem}.' },
  option_unknown: { message: '{owner} has no option {name}.{hint}' },
}

/** Every error that @arlen/core itself raises. */
export const coreError: ErrorFactory<keyof typeof table> = defineErrors(table)
