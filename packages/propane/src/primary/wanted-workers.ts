import type { Accessories } from '../accessories.ts'
import { defaultWorkers } from '../system/container.ts'

/** How many workers there shall be, and why. */
export function wantedWorkers({ workers }: Pick<Accessories, 'workers'>): { workers: number; reason: string } {
  return workers === 'auto' ? defaultWorkers() : { workers, reason: 'as configured' }
}
