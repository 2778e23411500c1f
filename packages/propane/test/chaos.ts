import type { Pool } from '../src/pool/pool.ts'
import type { Simulation } from './simulation.ts'

/** Lets one thing happen to the pool, and some time pass. */
export function chaos(simulation: Simulation, dice: () => number): void {
  const victim = (pool: Pool) => pool.workers[Math.floor(dice() * pool.workers.length)]?.id ?? 0
  const events: ((pool: Pool) => void)[] = [
    () => simulation.dispatch({ type: 'reload' }),
    pool => simulation.kill(victim(pool)),
    pool => simulation.hang(victim(pool)),
    () => simulation.dispatch({ type: 'scale', desired: 1 + Math.floor(dice() * 6) }),
    () => {
      const broken = dice() < 0.3
      simulation.fate = () => {
        const roll = dice()
        const fails = broken ? roll < 0.7 : roll < 0.05
        const outcomes = ['fail', 'exit', 'nothing'] as const
        return { after: dice() * 3000, outcome: fails ? outcomes[Math.floor(dice() * 3)]! : 'ready' }
      }
    },
    () => {
      const memory = dice() < 0.5 ? 200 : 50
      simulation.memory = () => (dice() < 0.8 ? memory : 50)
    },
    () => {
      const slow = dice() < 0.3
      simulation.drainMs = () => (slow ? 15_000 * dice() : 500 * dice())
    },
  ]
  events[Math.floor(dice() * events.length)]!(simulation.pool)
  simulation.run(dice() < 0.3 ? 10 * dice() : 8000 * dice())
}
