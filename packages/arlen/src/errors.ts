import { defineErrors } from '@arlen/core'

type Code =
  | 'config_unloadable'
  | 'database_not_configured'
  | 'not_found'
  | 'path_malformed'
  | 'unsupported_body'
  | 'validation_failed'
  | 'views_not_configured'

/** Every error that the `arlen` package itself raises. Those with a status are answers. */
export const appError: ReturnType<typeof defineErrors<Code>> = defineErrors<Code>({
  config_unloadable: { message: '{file} cannot be loaded: {reason}' },
  database_not_configured: {
    message:
      'No database is configured. Set DATABASE_URL (or db.url in config/), or db.embedded for a PostgreSQL of its own in development.',
  },
  not_found: { status: 404, message: 'Nothing is at this address.' },
  path_malformed: { status: 400, message: 'The path is not percent-encoded UTF-8.' },
  unsupported_body: { status: 415, message: 'Send the body as {accepted}.' },
  validation_failed: { status: 422, message: '{count} of the values sent cannot be accepted.' },
  views_not_configured: { message: 'c.render() needs a folder of templates: {dir} does not exist.' },
})
