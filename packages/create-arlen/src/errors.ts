import { defineErrors, type ErrorFactory } from '@arlen/core'

const table = {
  name_invalid: {
    message: 'an application cannot be called {name}: {reason}.',
    remedy: 'Try {suggestion}.',
  },
  folder_not_empty: {
    message: '{folder} is not empty.',
    remedy: 'Choose another name, or overwrite files of the same name with --force.',
  },
  folder_is_file: { message: '{folder} is a file.', remedy: 'Choose another name.' },
  folder_not_writable: { message: 'cannot write to {folder}: {reason}.', remedy: 'Choose another folder.' },
  package_manager_missing: {
    message: '{name} is not installed.',
    remedy: 'Install it, or choose {other} with --pm {other}.',
  },
  install_failed: {
    message: '{command} failed: {reason}. Everything that was created has been removed.',
    remedy: 'To skip this step, use --no-install.',
  },
  interrupted: { message: 'interrupted: nothing was created.' },
}

/** Every error that create-arlen throws. Each message is one line. */
export const createError: ErrorFactory<keyof typeof table> = defineErrors(table)
