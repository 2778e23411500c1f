export {
  ACCESSORIES,
  type Accessories,
  type Accessory,
  type AccessoryInput,
  type AccessoryName,
  accessoriesFromEnv,
  flagOf,
  resolveAccessories,
  variableOf,
} from './accessories.ts'
export { type Arguments, parseArguments } from './arguments.ts'
export { COMMANDS, type CommandOptions, command, describeResult, locate, type Target } from './commands.ts'
export type { PropaneEventName, PropaneEvents, WorkerEvent } from './events.ts'
export { main } from './main.ts'
export type { PropaneStatus, WorkerReport } from './observation/status.ts'
export type { Reason, WorkerStats, WorkerStatus } from './pool/pool.ts'
export { type PropaneEnd, type PropaneHandle, type PropaneOptions, propane } from './propane.ts'
export { handleSignals } from './run.ts'
export { serve } from './serve.ts'
export { SIGNALS, type SignalAction } from './signals.ts'
