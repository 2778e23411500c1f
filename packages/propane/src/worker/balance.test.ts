import { expect, test } from 'vitest'
import type { Others } from '../scoreboard.ts'
import { type Accepting, Balance, type Board } from './balance.ts'

/** A worker's balance with a pretended acceptor, board and clock. */
class Bench {
  connections = 0
  longLived = 0
  accepting = true
  time = 1000
  others: Others = { fewest: 0, fewestAwake: 0, silent: false }
  published: number | undefined
  readonly story: string[] = []
  readonly balance: Balance

  constructor(maxConnections = 0, board = true) {
    const bench = this
    const acceptor: Accepting = {
      get connections() {
        return bench.connections
      },
      get accepting() {
        return bench.accepting
      },
      longLived: {
        get count() {
          return bench.longLived
        },
        nextRound: () => undefined,
      },
      pause: () => this.#turn(false),
      resume: () => this.#turn(true),
    }
    const scoreboard: Board = {
      publish: count => {
        this.published = count
      },
      others: () => this.others,
      leave: () => {
        this.published = undefined
      },
    }
    this.balance = new Balance({
      acceptor,
      scoreboard: board ? scoreboard : undefined,
      maxConnections,
      clock: () => this.time,
    })
    this.balance.tick()
  }

  open(count: number): void {
    for (let each = 0; each < count && this.accepting; each++) {
      this.connections++
      this.longLived++
      this.balance.opened()
    }
  }

  close(count: number): void {
    for (let each = 0; each < count; each++) {
      this.connections--
      this.longLived--
      this.balance.closed()
    }
  }

  pass(ms: number): void {
    this.time += ms
    this.balance.tick()
  }

  #turn(on: boolean): boolean {
    if (this.accepting !== on) this.story.push(on ? 'resume' : 'pause')
    this.accepting = on
    return on
  }
}

test('a worker that is ahead stops accepting, reports its count, and resumes when others have caught up', () => {
  const bench = new Bench()
  bench.open(64)
  expect([bench.connections, bench.published, bench.accepting]).toEqual([3, 3, false])
  bench.others = { fewest: 2, fewestAwake: 2, silent: false }
  bench.pass(50)
  expect(bench.accepting).toBe(true)
  bench.open(64)
  expect(bench.connections).toBe(5)
})

test('it resumes as soon as its own connections end', () => {
  const bench = new Bench()
  bench.open(3)
  expect(bench.accepting).toBe(false)
  bench.close(2)
  expect([bench.accepting, bench.published]).toEqual([true, 1])
})

test('connections that do not last hold it back from nothing', () => {
  const bench = new Bench()
  for (let each = 0; each < 100; each++) {
    bench.connections++
    bench.balance.opened()
  }
  expect([bench.story, bench.published]).toEqual([[], 0])
})

test('it waits briefly for a silent worker, and not again until that one reports', () => {
  const bench = new Bench()
  bench.others = { fewest: 0, fewestAwake: undefined, silent: true }
  bench.open(64)
  expect([bench.connections, bench.accepting]).toEqual([3, false])
  bench.pass(50)
  expect(bench.accepting).toBe(false)
  bench.pass(60)
  expect(bench.accepting).toBe(true)
  bench.open(40)
  bench.pass(5000)
  expect([bench.connections, bench.accepting]).toEqual([43, true])
  bench.others = { fewest: 0, fewestAwake: 0, silent: false }
  bench.pass(50)
  expect(bench.accepting).toBe(false)
  bench.others = { fewest: 0, fewestAwake: undefined, silent: true }
  bench.pass(50)
  expect(bench.accepting).toBe(false)
  bench.pass(110)
  expect(bench.accepting).toBe(true)
})

test('a silent worker does not hide another that has fewer', () => {
  const bench = new Bench()
  bench.others = { fewest: 0, fewestAwake: 2, silent: true }
  bench.open(64)
  expect(bench.connections).toBe(3)
  bench.pass(200)
  expect(bench.accepting).toBe(true)
  bench.open(64)
  expect([bench.connections, bench.accepting]).toEqual([5, false])
})

test('the limit of connections counts all of them, longLived or not, with or without others', () => {
  for (const bench of [new Bench(4), new Bench(4, false)]) {
    bench.others = { fewest: 100, fewestAwake: 100, silent: false }
    for (let each = 0; each < 4; each++) {
      bench.connections++
      bench.balance.opened()
    }
    expect(bench.accepting).toBe(false)
    bench.connections--
    bench.balance.closed()
    expect(bench.accepting).toBe(true)
  }
})

test('one that leaves is off the board, and stays as it is', () => {
  const bench = new Bench()
  bench.open(3)
  bench.balance.leave()
  expect(bench.published).toBeUndefined()
  bench.close(3)
  bench.pass(1000)
  bench.balance.opened()
  expect([bench.published, bench.accepting, bench.story]).toEqual([undefined, false, ['pause']])
})
