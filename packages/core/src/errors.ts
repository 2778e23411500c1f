import { defineErrors } from './error-table.ts'

/** Every error that @arlen/core itself raises. */
export const coreError: ReturnType<typeof defineErrors<CoreErrorCode>> = defineErrors<CoreErrorCode>({
  config_invalid: { message: 'The configuration has {count} problem(s):\n{problems}' },
  lifecycle_failed: { message: '{part} failed to {action}: {reason}' },
})

type CoreErrorCode = 'config_invalid' | 'lifecycle_failed'
