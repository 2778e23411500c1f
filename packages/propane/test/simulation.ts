import { apply, applyAction, type Notice, type PoolEvent } from '../src/pool/apply.ts'
import { type Action, decide, nextDeadline } from '../src/pool/decide.ts'
import { createPool, isSettled, type Pool, type PoolSettings } from '../src/pool/pool.ts'

export const SETTINGS: PoolSettings = {
  bootTimeoutMs: 30_000,
  drainTimeoutMs: 20_000,
  killTimeoutMs: 5000,
  preStopDelayMs: 0,
  respawnDelayMs: 100,
  respawnDelayMaxMs: 30_000,
  crashLoopDeaths: 5,
  crashLoopWindowMs: 60_000,
  heartbeatTimeoutMs: 20_000,
  maxRequests: 0,
  maxAgeMs: 0,
  maxMemory: 0,
  reloadOverlap: 1,
  maxBooting: 8,
}

/** A process that the simulated machine runs. */
interface Simulated {
  id: number
  generation: number
  /** When it is ready, fails or exits: `at` passes, `outcome` happens. */
  at: number
  outcome: 'ready' | 'fail' | 'exit' | 'nothing'
  hung: boolean
}

/** What becomes of a process at its start; the test decides. */
export type Fate = { after: number; outcome: 'ready' | 'fail' | 'exit' | 'nothing'; hung?: boolean }

/** Pool, rules and a machine of pretended processes on a pretended clock: the manager without anything real. */
export class Simulation {
  readonly pool: Pool
  readonly processes = new Map<number, Simulated>()
  readonly notices: Notice[] = []
  readonly actions: { at: number; action: Action }[] = []
  exitCode: number | undefined
  now = 1000
  fate: (generation: number) => Fate = () => ({ after: 200, outcome: 'ready' })
  drainMs: () => number = () => 500
  memory: () => number = () => 0
  onAction: (action: Action) => void = () => undefined
  /** Told of every change of a worker's status; the last is `gone`. */
  onTransition: (from: string, to: string) => void = () => undefined

  constructor(workers: number, settings: Partial<PoolSettings> = {}) {
    this.pool = createPool(workers, { ...SETTINGS, ...settings })
    this.settle()
  }

  dispatch(event: PoolEvent): void {
    this.#watch(() => this.notices.push(...apply(this.pool, event, this.now)))
    this.settle()
  }

  settle(): void {
    for (let round = 0; ; round++) {
      if (round > 200) throw new Error('the rules do not come to rest')
      const actions = decide(this.pool, this.now)
      if (actions.length === 0) return
      for (const action of actions) this.#perform(action)
    }
  }

  /** Lets time pass to the next thing that happens, at most `limit` milliseconds. */
  step(limit: number = Number.POSITIVE_INFINITY): void {
    const times = [...this.processes.values()].filter(p => p.outcome !== 'nothing').map(p => p.at)
    const next = Math.min(...times, nextDeadline(this.pool, this.now), this.now + Math.min(limit, 1000))
    this.now = Math.max(this.now, next)
    for (const each of [...this.processes.values()]) this.#happen(each)
    this.#heartbeat()
    this.settle()
  }

  /** Runs until the pool has come to rest or the time is up. */
  rest(limitMs: number = 600_000): void {
    const end = this.now + limitMs
    while (!isSettled(this.pool) && this.exitCode === undefined && this.now < end) this.step()
  }

  run(ms: number): void {
    const end = this.now + ms
    while (this.now < end && this.exitCode === undefined) this.step(end - this.now)
  }

  /** Something outside ends a process. */
  kill(id: number): void {
    if (!this.processes.delete(id)) return
    this.dispatch({ type: 'exited', id, how: 'signal SIGKILL' })
  }

  hang(id: number): void {
    const process = this.processes.get(id)
    if (process) Object.assign(process, { hung: true, outcome: 'nothing' })
  }

  get serving(): number {
    return this.pool.workers.filter(worker => worker.status === 'serving').length
  }

  #watch(change: () => void): void {
    const before = new Map(this.pool.workers.map(({ id, status }) => [id, status]))
    change()
    for (const [id, from] of before) {
      const to = this.pool.workers.find(worker => worker.id === id)?.status ?? 'gone'
      if (from !== to) this.onTransition(from, to)
    }
  }

  #perform(action: Action): void {
    this.actions.push({ at: this.now, action })
    this.#watch(() => this.notices.push(...applyAction(this.pool, action, this.now)))
    this.onAction(action)
    if (action.do === 'exit') this.exitCode = action.code
    if (action.do === 'spawn') {
      const { id, generation } = this.pool.workers.at(-1)!
      const { after, outcome, hung = false } = this.fate(generation)
      this.processes.set(id, { id, generation, at: this.now + after, outcome, hung })
    }
    if (action.do !== 'drain' && action.do !== 'signal') return
    const process = this.processes.get(action.id)
    if (!process || (process.hung && (action.do === 'drain' || action.signal === 'SIGTERM'))) return
    const delay = action.do === 'drain' ? this.drainMs() : 5
    Object.assign(process, { at: this.now + delay, outcome: 'exit' })
  }

  #happen(process: Simulated): void {
    if (process.at > this.now || process.outcome === 'nothing') return
    const { id, outcome } = process
    process.outcome = 'nothing'
    if (outcome === 'ready') this.dispatch({ type: 'serving', id })
    else {
      if (outcome === 'fail') this.dispatch({ type: 'failed', id, reason: 'no database' })
      this.processes.delete(id)
      this.dispatch({ type: 'exited', id, how: 'exit code 1' })
    }
  }

  #heartbeat(): void {
    for (const { id, hung } of this.processes.values()) {
      const stats = { connections: 0, inFlight: 0, requests: 0, shed: 0, memory: this.memory(), eventLoopDelayMs: 0 }
      if (!hung) this.notices.push(...apply(this.pool, { type: 'heartbeat', id, stats }, this.now))
    }
  }
}
