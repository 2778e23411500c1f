import type { Accessories } from '../accessories.ts'
import { defaultWorkers } from '../system/container.ts'

/** The desired number of workers, and the reason. */
export function wantedWorkers({ workers }: Pick<Accessories, 'workers'>): { workers: number; reason: string } {
  return workers === 'auto' ? defaultWorkers() : { workers, reason: 'as configured' }
}
