import { describe, expect, test } from 'vitest'
import { Simulation } from '../../test/simulation.ts'
import { isSettled } from './pool.ts'

function told(simulation: Simulation): string[] {
  return simulation.notices.map(({ notice }) => notice)
}

function done(simulation: Simulation, what: 'spawn' | 'drain' | 'signal'): number {
  return simulation.actions.filter(({ action }) => action.do === what).length
}

test('starts as many workers as wanted and then does nothing more', () => {
  const simulation = new Simulation(4)
  simulation.rest()
  expect(simulation.serving).toBe(4)
  simulation.run(3_600_000)
  expect(done(simulation, 'spawn')).toBe(4)
})

describe('a few workers at a time', () => {
  /** Runs it, and returns the largest number of workers that were booting at once. */
  function mostBooting(simulation: Simulation, run: () => void): number {
    let most = 0
    simulation.onAction = () => {
      most = Math.max(most, simulation.pool.workers.filter(({ status }) => status === 'booting').length)
    }
    run()
    return most
  }

  test('boot when many start, and all of them in the end', () => {
    const simulation = new Simulation(100, { maxBooting: 4 })
    expect(mostBooting(simulation, () => simulation.rest())).toBe(4)
    expect(simulation.serving).toBe(100)
  })

  test('boot when many are added, or killed', () => {
    const simulation = new Simulation(2, { maxBooting: 3 })
    simulation.rest()
    const added = mostBooting(simulation, () => {
      simulation.dispatch({ type: 'scale', desired: 30 })
      simulation.rest()
    })
    expect([added, simulation.serving]).toEqual([3, 30])
    const replaced = mostBooting(simulation, () => {
      for (const { id } of [...simulation.pool.workers])
        simulation.dispatch({ type: 'exited', id, how: 'signal SIGKILL' })
      simulation.rest()
    })
    expect([replaced, simulation.serving]).toEqual([3, 30])
  })
})

describe('reload', () => {
  test('sends no worker away before its replacement serves', () => {
    const simulation = new Simulation(4)
    simulation.rest()
    simulation.fate = () => ({ after: 5000, outcome: 'ready' })
    const served: number[] = []
    simulation.onAction = action => {
      if (action.do === 'drain') served.push(simulation.serving)
    }
    simulation.dispatch({ type: 'reload' })
    simulation.rest()
    expect(served).toEqual([4, 4, 4, 4])
    expect(told(simulation)).toEqual(['reload_started', 'reloaded'])
    expect(simulation.pool.workers.map(worker => worker.generation)).toEqual([2, 2, 2, 2])
  })

  test('tries one worker first, and keeps the old ones when it fails', () => {
    const simulation = new Simulation(4)
    simulation.rest()
    simulation.fate = () => ({ after: 100, outcome: 'fail' })
    simulation.dispatch({ type: 'reload' })
    simulation.rest()
    expect(simulation.notices.at(-1)).toEqual({ notice: 'reload_failed', generation: 2, reason: 'no database' })
    expect(done(simulation, 'spawn')).toBe(5)
    expect(done(simulation, 'drain')).toBe(0)
    expect(simulation.pool.workers.map(worker => worker.generation)).toEqual([1, 1, 1, 1])
  })

  test('fails when the first worker is not ready in time', () => {
    const simulation = new Simulation(2, { bootTimeoutMs: 30_000 })
    simulation.rest()
    simulation.fate = () => ({ after: 0, outcome: 'nothing', hung: true })
    simulation.dispatch({ type: 'reload' })
    simulation.rest()
    expect(simulation.notices.at(-1)).toMatchObject({ reason: 'it was not ready within 30s' })
    expect(simulation.serving).toBe(2)
  })

  test('asked for again while under way happens once more afterwards, however often it was asked for', () => {
    const simulation = new Simulation(2)
    simulation.rest()
    for (let count = 0; count < 5; count++) simulation.dispatch({ type: 'reload' })
    simulation.rest()
    expect(told(simulation)).toEqual(['reload_started', 'reloaded', 'reload_started', 'reloaded'])
    expect(simulation.pool.generation).toBe(3)
  })

  test('is reported as failed when later workers keep dying, and leaves their old ones in service', () => {
    const simulation = new Simulation(3)
    simulation.rest()
    let boots = 0
    simulation.fate = () => ({ after: 100, outcome: boots++ === 0 ? 'ready' : 'fail' })
    simulation.dispatch({ type: 'reload' })
    simulation.rest()
    expect(told(simulation)).toContain('reload_failed')
    expect(simulation.serving).toBe(3)
    expect(simulation.pool.workers.map(worker => worker.generation).sort()).toEqual([1, 1, 2])
  })

  test('after a half failed one first lets the oldest generation go, so that there are never three', () => {
    const simulation = new Simulation(3)
    simulation.rest()
    let boots = 0
    simulation.fate = () => ({ after: 100, outcome: boots++ === 0 ? 'ready' : 'fail' })
    simulation.dispatch({ type: 'reload' })
    simulation.rest()
    simulation.fate = () => ({ after: 100, outcome: 'ready' })
    let most = 0
    simulation.onAction = () => {
      most = Math.max(most, new Set(simulation.pool.workers.map(worker => worker.generation)).size)
    }
    simulation.dispatch({ type: 'reload' })
    simulation.rest()
    expect(most).toBe(2)
    expect(simulation.pool.workers.map(worker => worker.generation)).toEqual([3, 3, 3])
  })
})

describe('crashes', () => {
  test('are answered with a delay that doubles, up to its maximum, with less than a quarter of jitter', () => {
    const simulation = new Simulation(1)
    simulation.rest()
    const delays: number[] = []
    for (let count = 0; count < 12; count++) {
      const died = simulation.now
      simulation.kill(simulation.pool.workers[0]!.id)
      simulation.rest(100_000)
      delays.push(simulation.actions.findLast(({ action }) => action.do === 'spawn')!.at - died)
    }
    for (const [index, delay] of delays.entries()) {
      const full = Math.min(30_000, 100 * 2 ** index)
      expect(delay).toBeGreaterThan(full * 0.74)
      expect(delay).toBeLessThanOrEqual(full + 1)
    }
  })

  test('after a long life start with the shortest delay again', () => {
    const simulation = new Simulation(1)
    for (let count = 0; count < 6; count++) {
      simulation.rest()
      simulation.kill(simulation.pool.workers[0]!.id)
    }
    simulation.rest()
    simulation.run(120_000)
    simulation.kill(simulation.pool.workers[0]!.id)
    expect(simulation.notices.at(-1)).toMatchObject({ notice: 'crashed' })
    expect((simulation.notices.at(-1) as { respawnInMs: number }).respawnInMs).toBeLessThanOrEqual(100)
  })

  test('five before ready, while no worker serves, end everything with the first reason', () => {
    const simulation = new Simulation(1)
    simulation.fate = () => ({ after: 50, outcome: 'exit' })
    simulation.processes.get(1)!.outcome = 'exit'
    simulation.run(60_000)
    expect(simulation.exitCode).toBe(1)
    expect(done(simulation, 'spawn')).toBe(5)
    expect(told(simulation).filter(notice => notice === 'gave_up')).toHaveLength(1)
  })

  test('before ready, five of them while others serve, leave the slot empty until the next reload', () => {
    const simulation = new Simulation(2)
    simulation.rest()
    simulation.fate = () => ({ after: 50, outcome: 'exit' })
    simulation.kill(2)
    simulation.run(600_000)
    expect(simulation.exitCode).toBeUndefined()
    expect(done(simulation, 'spawn')).toBe(2 + 5)
    expect(told(simulation)).toContain('parked')
    simulation.fate = () => ({ after: 50, outcome: 'ready' })
    simulation.dispatch({ type: 'reload' })
    simulation.rest()
    expect(simulation.serving).toBe(2)
  })

  test('of an application that never served and says why are not tried again', () => {
    const simulation = new Simulation(2)
    for (const process of simulation.processes.values()) process.outcome = 'fail'
    simulation.run(10_000)
    expect(simulation.exitCode).toBe(1)
    expect(simulation.notices.at(-1)).toMatchObject({ notice: 'gave_up', reason: 'no database' })
  })
})

describe('a hung worker', () => {
  test('is replaced at once, asked to go, and killed after the grace time', () => {
    const simulation = new Simulation(2)
    simulation.rest()
    const started = simulation.now
    simulation.hang(1)
    simulation.run(30_000)
    const story = simulation.actions
      .filter(({ at }) => at > started)
      .map(({ action }) => (action.do === 'signal' ? action.signal : action.do))
    expect(story).toEqual(['SIGTERM', 'spawn', 'SIGKILL'])
    expect(simulation.serving).toBe(2)
    expect(simulation.actions.at(-1)!.at - started).toBeLessThanOrEqual(25_001)
  })

  test('is not seen where the whole machine stood still', () => {
    const simulation = new Simulation(2)
    simulation.rest()
    simulation.now += 3_600_000
    simulation.dispatch({ type: 'stalled', forMs: 3_600_000 })
    expect(done(simulation, 'signal')).toBe(0)
  })
})

describe('recycling', () => {
  test('over the memory limit starts a replacement after three reports, then drains the old', () => {
    const simulation = new Simulation(1, { maxMemory: 100 })
    simulation.rest()
    simulation.memory = () => 101
    simulation.run(1500)
    expect(done(simulation, 'spawn')).toBe(1)
    simulation.run(1500)
    simulation.memory = () => 50
    simulation.rest()
    expect(simulation.actions.slice(-2).map(({ action }) => action.do)).toEqual(['spawn', 'drain'])
    expect(simulation.serving).toBe(1)
  })

  test.each([2, 4, 8, 16])(
    'of %i workers started together never takes more than one, or a quarter, out at once',
    count => {
      const simulation = new Simulation(count, { maxAgeMs: 10_000 })
      let most = 0
      let fewest = count
      simulation.rest()
      simulation.drainMs = () => 3000
      simulation.onAction = () => {
        const leaving = simulation.pool.workers.filter(worker => worker.status === 'draining').length
        most = Math.max(most, leaving)
        fewest = Math.min(fewest, simulation.serving)
      }
      simulation.run(120_000)
      expect(most).toBeGreaterThan(0)
      expect(most).toBeLessThanOrEqual(Math.max(1, count / 4))
      expect(fewest).toBeGreaterThanOrEqual(count)
    },
  )

  test('does not happen during a reload', () => {
    const simulation = new Simulation(2, { maxAgeMs: 10_000 })
    simulation.rest()
    simulation.run(9900)
    simulation.fate = () => ({ after: 25_000, outcome: 'ready' })
    simulation.dispatch({ type: 'reload' })
    simulation.run(20_000)
    expect(done(simulation, 'spawn')).toBe(3)
  })
})

describe('stopping', () => {
  test('keeps serving while readiness fails, then drains, then ends with 0', () => {
    const simulation = new Simulation(2, { preStopDelayMs: 5000 })
    simulation.rest()
    simulation.dispatch({ type: 'stop' })
    simulation.run(4900)
    expect(simulation.serving).toBe(2)
    simulation.run(10_000)
    expect(simulation.exitCode).toBe(0)
    expect(done(simulation, 'drain')).toBe(2)
  })

  test('kills what has not gone after the drain and kill times', () => {
    const simulation = new Simulation(1)
    simulation.rest()
    simulation.hang(1)
    simulation.dispatch({ type: 'stop' })
    simulation.run(24_900)
    expect(done(simulation, 'signal')).toBe(0)
    simulation.run(200)
    expect(simulation.exitCode).toBe(0)
  })

  test('kills all workers at once', () => {
    const simulation = new Simulation(3)
    simulation.rest()
    simulation.dispatch({ type: 'quit' })
    simulation.run(10)
    expect(simulation.exitCode).toBe(0)
    expect(done(simulation, 'signal')).toBe(3)
  })

  test('ends a reload that is under way', () => {
    const simulation = new Simulation(2)
    simulation.rest()
    simulation.dispatch({ type: 'reload' })
    simulation.dispatch({ type: 'stop' })
    simulation.run(10_000)
    expect(simulation.exitCode).toBe(0)
    expect(simulation.processes.size).toBe(0)
  })
})

test('scaling up and down ends with as many workers as wanted', () => {
  const simulation = new Simulation(2)
  simulation.rest()
  simulation.dispatch({ type: 'scale', desired: 5 })
  simulation.rest()
  expect(simulation.serving).toBe(5)
  simulation.dispatch({ type: 'scale', desired: 1 })
  simulation.rest()
  expect(simulation.pool.workers.map(worker => worker.slot)).toEqual([1])
  expect(isSettled(simulation.pool)).toBe(true)
})
