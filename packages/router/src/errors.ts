import { defineErrors, type ErrorFactory } from '@arlen/core'

// Errors without a status are mistakes in the program, found when it starts.
const table = {
  pattern_invalid: { message: 'Route {route}: the path {path} {problem} ({source})' },
  constraint_invalid: { message: 'Route {route}: the constraint of {name} {problem} ({source})' },
  method_invalid: { message: 'Route {route}: {method} is not an HTTP method. ({source})' },
  name_duplicate: {
    message: 'Route {route}: the name {name} already belongs to {other}. ({source}, first in {first})',
  },
  route_duplicate: {
    message: 'Route {route} can never be reached: {other} matches the same requests. ({source}, first in {first})',
  },
  condition_invalid: { message: 'Route {route}: the condition {name} {problem} ({source})' },
  condition_async: {
    message:
      'The condition {name} of route {route} returned a promise. A condition must decide synchronously; if it must wait, use a guard (`under`). ({source})',
  },
  format_invalid: {
    message: 'Route {route}: {format} is not a format; a format is a file extension such as json. ({source})',
  },
  guard_unknown: { message: 'Route {route}: there is no guard named {name}.{hint} ({source})' },
  guard_invalid: { message: 'Route {route}: a guard in `under` must be a function or the name of one. ({source})' },
  middleware_invalid: { message: 'Route {route}: `use` contains something that is not a function. ({source})' },
  handler_invalid: { message: 'Route {route}: the handler {problem} ({source})' },
  group_invalid: {
    message: 'Route {route}: its last argument must be the function that adds its routes, not {actual}. ({source})',
  },
  router_frozen: {
    message: 'Route {route} was added after the router began to match. Add every route before that. ({source})',
  },
  url_unknown: { message: 'There is no route named {name}.{hint}' },
  url_param_missing: { message: 'The URL of {route} needs the parameter {name}.' },
  url_param_invalid: { message: 'The URL of {route} cannot have {value} as {name}: {problem}.' },
  path_malformed: {
    status: 400,
    message: 'The path of the request is not valid percent-encoded UTF-8, or has a segment .. that is not allowed.',
    traced: false,
  },
  not_found: { status: 404, message: 'There is nothing at this path.', traced: false },
  method_not_allowed: {
    status: 405,
    message: 'This path does not support {method}; it supports {allow}.',
    traced: false,
  },
  guard_refused: { status: 403, message: 'You may not do this.', traced: false },
}

/** The codes of this package's errors. */
export type RouterErrorCode = keyof typeof table

/** Every error that @arlen/router raises, besides `option_unknown` and `option_invalid` of @arlen/core. */
export const routerError: ErrorFactory<RouterErrorCode> = defineErrors(table)
