import { defineErrors, type ErrorFactory } from '@arlen/core'

const table = {
  entry_missing: {
    message: '{root} has no {names}.',
    remedy: 'Run boomhauer in the folder of an application, or name its module.',
  },
  port_in_use: {
    message: '{host}:{port} is in use by another process.',
    remedy: 'Stop it, or choose another port with --port.',
  },
  port_forbidden: {
    message: 'Cannot listen on {host}:{port}: {reason}.',
    remedy: 'Choose another address with --host and --port.',
  },
  root_missing: { message: 'There is no folder {path}.', remedy: 'Give the folder of an application with --root.' },
  arguments_invalid: { message: '{problem}', remedy: 'Run boomhauer --help for the options.' },
  host_not_allowed: {
    status: 403,
    message:
      'The development server does not accept the host {host}. It accepts localhost and IP addresses; allow others with --allow-host.',
  },
  origin_not_allowed: { status: 403, message: 'Pages of other origins may not use the development server.' },
  page_unknown: { status: 404, message: 'The development server has no page {path}.' },
  app_not_servable: {
    message:
      '{entry} does not export an application: end it with "export default app", where app has listen() and close().',
  },
  app_restarted: {
    status: 503,
    message:
      'The application was restarted while it was handling this request, which may have had effects. Repeat it if that is safe.',
  },
}

/** Every error that @arlen/boomhauer itself throws. */
export const boomhauerError: ErrorFactory<keyof typeof table> = defineErrors(table)
