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
export type { PropaneHooks } from './application.ts'
export type { PropaneEventName, PropaneEvents, WorkerEvent } from './events.ts'
export type { Reason, WorkerStats, WorkerStatus } from './pool.ts'
export { type PropaneHandle, type PropaneOptions, propane } from './propane.ts'
export type { PropaneStatus, WorkerReport } from './status.ts'
