/** The type check of an application, for other tools. */
export { findCompiler, type TypecheckOptions, typecheck } from './build/typecheck.ts'
