import { defineErrors, type ErrorFactory } from '@arlen/core'

const table = {
  address_invalid: { message: 'The setting health.trusted {problem}' },
  job_unknown: { message: 'The application has no job {name}. app.every() adds one.' },
  app_frozen: { message: '{what} came too late: the application has started. Register everything before listen().' },
  body_limit_invalid: { message: '{route} has a {name} of {actual}: it must be a number of {what}. ({source})' },
  config_export_invalid: {
    message: '{file} must export an object of settings as its default, but {problem}.',
    remedy: 'Write export default defineConfig({ … }).',
  },
  config_unloadable: { message: '{file} cannot be loaded: {reason}' },
  database_not_configured: {
    message: 'No database is configured.',
    remedy: 'Set DATABASE_URL or db.url in config/.',
  },
  context_invalid: {
    message: 'The option context of createApp() must be a class that extends Context of @arlen/http.',
  },
  function_expected: { message: '{what} takes a function; it was given a value of type {actual}.' },
  helper_needs_request: {
    message:
      'A mail template calls {helper}(), which needs a request, and mail has none. Pass the value to send() in locals.',
  },
  mail_templates_missing: { message: 'There are no mail templates: {dir} does not exist.' },
  plugin_mounted: {
    message:
      'The plugin {name} wraps every request, so it cannot be mounted at {prefix}. Register it without a prefix.',
  },
  plugin_duplicate: { message: 'The plugin {name} is registered twice.' },
  plugin_async: {
    message:
      'setUp() of the plugin {name} is asynchronous. Register routes and middleware at once, and put what has to wait into app.onStart().',
  },
  plugin_invalid: { message: 'The plugin {name} needs a name and a function setUp({ app, routes, use }, options).' },
  plugin_missing: { message: 'The plugin {name} needs {missing}: register that first.' },
  response_invalid: { status: 500, message: 'The response of {route} does not match its schema. {problems}' },
  schema_invalid: { message: 'Route {route}: its {part} schema {problem} ({source})' },
  body_unsupported: { status: 415, message: 'Send the body as {accepted}.', traced: false },
  validation_failed: { status: 422, message: '{count} of the values sent cannot be accepted.{more}', traced: false },
  views_not_configured: { message: 'c.render() needs a template folder: {dir} does not exist.' },
}

/** Every error that the `arlen` package itself raises. Errors with a status are responses. */
export const appError: ErrorFactory<keyof typeof table> = defineErrors(table)
