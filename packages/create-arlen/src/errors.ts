import { defineErrors, type ErrorFactory } from '@arlen/core'

const table = {
  name_invalid: {
    message: 'an application cannot be called {name}: {reason}. Try {suggestion}.',
  },
  folder_not_empty: {
    message: '{folder} is not empty. Choose another name, or overwrite files of the same name with --force.',
  },
  folder_is_file: { message: '{folder} is a file. Choose another name.' },
  folder_not_writable: { message: 'cannot write to {folder}: {reason}.' },
  package_manager_missing: { message: '{name} is not installed. Install it, or choose {other} with --pm {other}.' },
  install_failed: {
    message:
      '{command} failed, so everything that was created has been removed. To skip this step, use --no-install. {reason}',
  },
  interrupted: { message: 'interrupted: nothing was created.' },
}

/** Every error that create-arlen throws. Each message is one line. */
export const createError: ErrorFactory<keyof typeof table> = defineErrors(table)
