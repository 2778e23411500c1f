export type { Condition, Conditions, ConditionTest, MatchRequest, NamedConditionTest, When } from './condition.ts'
export type { ConstraintSpec } from './constraint.ts'
export { type RouterErrorCode, routerError } from './errors.ts'
export type { Candidate, Explanation, Verdict } from './explain.ts'
export type { RouteContext } from './handler.ts'
export { type Guard, type GuardOf, guarded, type Layer, type MiddlewareOf, wrapLayers } from './layers.ts'
export { describeRoute, formatRoutes, type RouteInfo, routeTypes } from './listing.ts'
export { ANY } from './methods.ts'
export type { NamedRoutes, PathOf, RouteName } from './named-routes.ts'
export type { Join, Params, UrlParams, UrlValue } from './params.ts'
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
export { Router, type RouterOptions } from './router.ts'
export { type Add, Routes, type ValueAt } from './routes.ts'
export type { GroupOptions, RouteOptions, SharedOptions } from './scope.ts'
export type { SlashPolicies, SlashPolicy } from './slashes.ts'
export type { Source } from './source.ts'
export type { Query, UrlOptions } from './url.ts'
