import { seeded } from '@arlen/core/seeded'
import { expect, test } from 'vitest'
import { chaos } from './chaos.ts'
import { Simulation } from './simulation.ts'

/** What must hold at every moment, whatever happens. */
function check(simulation: Simulation): void {
  const { pool, processes } = simulation
  const generations = new Set(pool.workers.map(worker => worker.generation))
  if (generations.size > 2) throw new Error(`${generations.size} generations are alive`)
  const strays = [...processes.keys()].filter(id => !pool.workers.some(worker => worker.id === id))
  if (strays.length > 0) throw new Error(`nobody knows of process ${strays}`)
}

test('1,000 random interleavings of reload, recycle, crash, hang, scale and stop end as they should', () => {
  const outcomes = { settled: 0, stopped: 0, gaveUp: 0 }
  for (let seed = 1; seed <= 1000; seed++) {
    const dice = seeded(seed)
    const simulation = new Simulation(1 + Math.floor(dice() * 5), {
      maxMemory: 100,
      maxAgeMs: dice() < 0.5 ? 20_000 : 0,
    })
    simulation.onAction = () => check(simulation)
    try {
      simulation.rest()
      for (let count = 5 + Math.floor(dice() * 20); count > 0 && simulation.exitCode === undefined; count--) {
        chaos(simulation, dice)
      }
      // Now let the world be good again, and everything has to come to rest.
      simulation.fate = () => ({ after: 100, outcome: 'ready' })
      simulation.memory = () => 0
      simulation.pool.settings.maxAgeMs = 0
      const stops = dice() < 0.3
      simulation.dispatch(stops ? { type: 'stop' } : { type: 'reload' })
      simulation.rest()
      if (simulation.exitCode !== undefined) {
        expect(simulation.processes.size).toBe(0)
        outcomes[stops ? 'stopped' : 'gaveUp']++
      } else {
        expect(simulation.serving).toBe(simulation.pool.desired)
        expect(simulation.processes.size).toBe(simulation.pool.desired)
        expect(new Set(simulation.pool.workers.map(worker => worker.generation)).size).toBe(1)
        outcomes.settled++
      }
    } catch (error) {
      throw new Error(`sequence ${seed}: ${(error as Error).message}`, { cause: error })
    }
  }
  expect(outcomes.settled).toBeGreaterThan(400)
  expect(outcomes.stopped).toBeGreaterThan(100)
})
