import type { Accessories } from './accessories.ts'
import { inContainer } from './container.ts'
import type { PoolSettings } from './pool.ts'

/** What the rules need of the accessories, with `auto` decided. */
export function poolSettings(accessories: Accessories): PoolSettings {
  const { preStopDelay } = accessories
  return { ...accessories, preStopDelay: preStopDelay === 'auto' ? (inContainer() ? 5000 : 0) : preStopDelay }
}
