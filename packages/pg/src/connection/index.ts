export { POOL_SETTINGS, type PoolSetting, type PoolSettings, TYPE_SETTINGS } from './pool-options.ts'
