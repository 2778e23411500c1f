export type { Condition, Conditions, ConditionTest, MatchRequest, NamedConditionTest, When } from './condition.ts'
export type { ConstraintSpec } from './constraint.ts'
export { type RouterErrorCode, routerError } from './errors.ts'
export { ANY } from './methods.ts'
export type { NamedRoutes, RouteName } from './named-routes.ts'
export type { Join, Params, UrlParams, UrlValue } from './params.ts'
export type { RouteOptions } from './registry.ts'
export type {
  AutomaticOptions,
  Hit,
  Malformed,
  Match,
  MethodNotAllowed,
  Miss,
  PathParams,
  Redirect,
} from './result.ts'
export { Route, type UrlArguments } from './route.ts'
export { type RouteContext, Router, type RouterOptions } from './router.ts'
export { type GroupOptions, Routes, type ValueAt } from './routes.ts'
export type { SlashPolicies, SlashPolicy } from './slashes.ts'
export type { Source } from './source.ts'
export type { Query, UrlOptions } from './url.ts'
