export { runCli } from './cli.ts'
export type { Command, CommandInput, Io } from './command.ts'
export { UsageError } from './command.ts'
export { commands } from './commands/index.ts'
