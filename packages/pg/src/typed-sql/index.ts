export { type CheckQueriesOptions, type CheckQueriesReport, checkQueries } from './check.ts'
export type { CollectOptions, SourceProblem, UncheckedQuery } from './collect.ts'
export { EXCLUDE } from './collect.ts'
export {
  type CheckPreviousOptions,
  type CheckPreviousReport,
  checkPreviousQueries,
  type PreviousProblem,
} from './previous/check-previous.ts'
