import { defineErrors } from '@arlen/core'

/** Every error that @arlen/router raises. Those without a status are mistakes of the program, found when it starts. */
export const routerError: ReturnType<typeof defineErrors<RouterErrorCode>> = defineErrors<RouterErrorCode>({
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
      'The condition {name} of route {route} gave a promise. A condition decides at once; what must wait is a guard (`under`). ({source})',
  },
  format_invalid: {
    message: 'Route {route}: {format} is no format; a format is a file extension such as json. ({source})',
  },
  guard_unknown: { message: 'Route {route}: there is no guard named {name}.{hint} ({source})' },
  guard_invalid: { message: 'Route {route}: a guard in `under` must be a function or the name of one. ({source})' },
  middleware_invalid: { message: 'Route {route}: `use` holds something that is no function. ({source})' },
  handler_invalid: { message: 'Route {route}: the handler {problem} ({source})' },
  option_unknown: { message: 'Route {route}: there is no option {name}.{hint} ({source})' },
  group_invalid: { message: 'Route {route}: what adds its routes is {actual}, not a function. ({source})' },
  router_frozen: {
    message: 'Route {route} was added after the router began to match. Add every route before that. ({source})',
  },
  url_unknown: { message: 'There is no route named {name}.{hint}' },
  url_param_missing: { message: 'The URL of {route} needs the parameter {name}.' },
  url_param_invalid: { message: 'The URL of {route} cannot have {value} as {name}: {problem}.' },
  path_malformed: {
    status: 400,
    message: 'The path of the request is not valid percent-encoded UTF-8.',
    traced: false,
  },
  not_found: { status: 404, message: 'There is nothing at this path.', traced: false },
  method_not_allowed: {
    status: 405,
    message: 'This path does not support {method}; it supports {allow}.',
    traced: false,
  },
  guard_refused: { status: 403, message: 'You may not do this.', traced: false },
})

export type RouterErrorCode =
  | 'pattern_invalid'
  | 'constraint_invalid'
  | 'method_invalid'
  | 'name_duplicate'
  | 'route_duplicate'
  | 'condition_invalid'
  | 'condition_async'
  | 'format_invalid'
  | 'guard_unknown'
  | 'guard_invalid'
  | 'middleware_invalid'
  | 'handler_invalid'
  | 'option_unknown'
  | 'group_invalid'
  | 'router_frozen'
  | 'url_unknown'
  | 'url_param_missing'
  | 'url_param_invalid'
  | 'path_malformed'
  | 'not_found'
  | 'method_not_allowed'
  | 'guard_refused'
