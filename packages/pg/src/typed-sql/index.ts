export { type CheckQueriesOptions, type CheckQueriesReport, checkQueries } from './check.ts'
export type { CollectOptions, SourceProblem } from './collect.ts'
