export {
  ArlenError,
  defaultCode,
  defineErrors,
  type ErrorCode,
  type ErrorEntry,
  type ErrorFactory,
  type Failure,
  failureOf,
  HttpError,
  type HttpErrorOptions,
  type ProblemIssue,
  statusText,
} from './error-table.ts'
export { after, defineMiddleware, type Handler, isPromiseLike, type Middleware, wrap } from './handler.ts'
export { Lifecycle, type Resource } from './lifecycle.ts'
export { type Logger, type LogLine, silentLogger } from './logger.ts'
export { type Diagnostic, type DiagnosticFrame, PROBLEM_TYPE, type Problem, toProblem } from './problem.ts'
export type { Provided, Provides } from './provides.ts'
export { type LogEvent, type LoggerOption, toLogger } from './safe-logger.ts'
export { describeSecurity, type GuardSecurity, type SecurityScheme, securityOf } from './security-scheme.ts'
export {
  type CloseOptions,
  type Controllable,
  controlsOf,
  type InspectedJob,
  type InspectedRoute,
  type Inspection,
  isServable,
  type ListenOptions,
  type LoadRules,
  type Servable,
  setControls,
} from './servable.ts'
export { type Stage, Timings } from './timings.ts'
