import type { PoolSettings, Slot } from './pool.ts'

/** A fraction from 0 to 1, evenly spread over consecutive ids and the same in every run. */
export function spread(id: number): number {
  return (id * 0.618_033_988_749_895) % 1
}

/** Exponential back-off: the delay doubles with every consecutive death up to the maximum, minus up to a quarter of jitter. */
export function respawnDelayMs(deaths: number, id: number, settings: PoolSettings): number {
  const delayMs = Math.min(settings.respawnDelayMaxMs, settings.respawnDelayMs * 2 ** Math.min(deaths, 30))
  return delayMs * (1 - spread(id) / 4)
}

/** Records a death before ready, which counts towards the back-off and the crash loop. */
export function countBootDeath(slot: Slot, id: number, now: number, settings: PoolSettings): void {
  slot.notBefore = now + respawnDelayMs(slot.deaths, id, settings)
  slot.deaths++
  slot.bootDeaths = within(slot.bootDeaths, now, settings)
  slot.bootDeaths.push(now)
}

/** Records a death in service. It resets the back-off if the worker had lived for a whole crash-loop window. */
export function countCrash(slot: Slot, id: number, lived: number, now: number, settings: PoolSettings): void {
  if (lived >= settings.crashLoopWindowMs) slot.deaths = 0
  slot.notBefore = now + respawnDelayMs(slot.deaths, id, settings)
  slot.deaths++
}

/** Those of `times` that are within the crash-loop window. */
export function within(times: readonly number[], now: number, settings: PoolSettings): number[] {
  return times.filter(time => now - time < settings.crashLoopWindowMs)
}
