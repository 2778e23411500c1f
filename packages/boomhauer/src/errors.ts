import { defineErrors, type ErrorFactory } from '@arlen/core'

const table = {
  no_entry: {
    message: '{root} has no {names}. Run boomhauer in the folder of an application, or name its module.',
  },
  port_in_use: { message: '{host}:{port} is in use by another process. Stop it, or choose another port with --port.' },
  port_forbidden: {
    message: 'Cannot listen on {host}:{port}: {reason}. Choose another address with --host and --port.',
  },
  no_root: { message: 'There is no folder {path}. Give the folder of an application with --root.' },
  wrong_arguments: { message: '{problem} Run boomhauer --help for the options.' },
  foreign_host: {
    status: 403,
    message:
      'The development server does not accept the host {host}. It accepts localhost and IP addresses; allow others with --allow-host.',
  },
  foreign_origin: { status: 403, message: 'Pages of other origins may not use the development server.' },
  unknown_page: { status: 404, message: 'The development server has no page {path}.' },
  not_servable: {
    message:
      '{entry} does not export an application: end it with "export default app", where app has listen() and close().',
  },
  restarted: {
    status: 503,
    message:
      'The application was restarted while it was handling this request, which may have had effects. Send it again if you want to.',
  },
}

/** Every error that @arlen/boomhauer itself throws. */
export const boomhauerError: ErrorFactory<keyof typeof table> = defineErrors(table)
