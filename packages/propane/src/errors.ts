// Imported by its own path: all of @arlen/core would cost the primary 3 MiB.
import { defineErrors, type ErrorFactory } from '@arlen/core/error-table'

const table = {
  settings_invalid: { message: 'The propane accessories have {count} problem(s):\n{problems}' },
  config_unreadable: { message: 'The configuration file {file} cannot be read: {reason}' },
  env_file_unreadable: { message: 'The env file {file} cannot be read: {reason}' },
  app_not_found: { message: 'There is no application at {path}.', remedy: 'Give the path of its module.' },
  port_in_use: { message: '{address} is already in use{owner}.', remedy: 'Stop that process or choose another port.' },
  bind_not_permitted: {
    message: 'Listening on {address} is not permitted.',
    remedy: 'Ports below 1024 need root, CAP_NET_BIND_SERVICE or a systemd socket unit.',
  },
  bind_failed: { message: 'Cannot listen on {address}: {reason}' },
  socket_unsupported: {
    message:
      'This Node.js ({version}) cannot bind a socket without accepting from it (net._createServerHandle is missing).',
  },
  systemd_sockets_missing: {
    message: 'LISTEN_FDS announces {count} socket(s), but descriptor {fd} is not a listening socket.',
  },
  user_unknown: { message: 'This machine has no {kind} named {name}.' },
  propane_running: { message: 'propane is already running: process {pid} holds {file}.' },
  pid_file_failed: { message: 'The pid file {file} cannot be written: {reason}' },
  log_file_failed: { message: 'The log file {file} cannot be written: {reason}' },
  app_failed: { message: '{reason}' },
  crash_loop: {
    message: 'Gave up: {deaths} workers exited before they were ready, within {window}. The first one: {reason}',
  },
  memory_insufficient: {
    message: '{workers} workers need about {needed} of memory, but only {available} is available.',
    remedy: 'Ask for fewer.',
  },
  propane_not_running: {
    message: 'No propane answers at {path}.',
    remedy: 'Check that it runs, as this user and with this control socket.',
  },
  command_failed: { message: '{reason}' },
  reload_failed: { message: 'The reload failed; the old workers keep serving: {reason}' },
  upgrade_failed: { message: 'The primary was not replaced: {reason}' },
  propane_stopping: { message: 'propane is stopping and accepts no more commands.' },
}

/** The codes of these errors. */
export type PropaneErrorCode = keyof typeof table

/** Every error that @arlen/propane itself throws. */
export const propaneError: ErrorFactory<PropaneErrorCode> = defineErrors(table)
