export type { RouterErrorCode } from './errors.ts'
export type { ExplainedRoute, Explanation, RouteResult } from './explain/explain.ts'
export { answerUnmatched, type RouteContext } from './handler.ts'
export type { GroupOptions, RouteOptions, SharedOptions } from './inherited-options.ts'
export { type Guard, type GuardOf, type Layer, type MiddlewareOf, wrapLayers } from './layers.ts'
export { formatRoutes, type RouteInfo, routeTypes } from './listing.ts'
export type { Condition, Conditions, ConditionTest, MatchRequest, NamedConditionTest, When } from './match/condition.ts'
export type {
  AutomaticOptions,
  Hit,
  Malformed,
  Match,
  MethodNotAllowed,
  Miss,
  PathParams,
  Redirect,
} from './match/result.ts'
export type { SlashPolicies, SlashPolicy } from './match/slashes.ts'
export type { NamedRoutes, PathOf, RouteName } from './named-routes.ts'
export type { ConstraintSpec } from './pattern/constraint.ts'
export type { Join, Params, UrlParams, UrlValue } from './pattern/path-params.ts'
export type { FrameworkOptions } from './registry.ts'
export { ANY, Route, type UrlArguments } from './route.ts'
export { createRouter, Router, type RouterOptions } from './router.ts'
export { type Add, Routes, type ValueAt } from './routes.ts'
export type { Query, UrlOptions } from './url/render-url.ts'
