export {
  type DevelopmentProblem,
  type DevelopmentProblemOptions,
  developmentProblem,
  type RequestInput,
  type RequestSummary,
} from './development-problem.ts'
export { type DiagnoseOptions, diagnose } from './diagnose.ts'
export { type Client, negotiate, type Representation } from './negotiate.ts'
export type { PageOptions } from './page-options.ts'
export { createRedact, type Redact, redactUrl } from './redact.ts'
export { type RenderedProblem, renderProblem } from './render.ts'
export { renderDiagnosticsText, renderProblemText, type TextOptions } from './text.ts'
