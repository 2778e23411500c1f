import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { LongLivedConnections } from './long-lived-connections.ts'

/** Connections on a pretended clock. */
class Bench {
  time = 1000
  readonly longLived = new LongLivedConnections(() => this.time)

  open(count: number): Socket[] {
    const sockets = Array.from({ length: count }, () => new Socket())
    for (const socket of sockets) this.longLived.opened(socket)
    return sockets
  }

  close(sockets: readonly Socket[]): void {
    for (const socket of sockets) this.longLived.closed(socket)
  }

  /** Rounds in which so many clients at a time come and go, again and again. */
  hurry(clients: number, rounds = 3): void {
    for (let round = 0; round < rounds; round++) {
      for (let each = 0; each < 10; each++) this.close(this.open(clients))
      this.round()
    }
  }

  round(): void {
    this.time += 50
    this.longLived.nextRound()
  }
}

test('connections count from their first moment while none end young', () => {
  const bench = new Bench()
  const sockets = bench.open(64)
  expect(bench.longLived.count).toBe(64)
  for (let round = 0; round < 5; round++) {
    bench.round()
    expect(bench.longLived.count).toBe(64)
  }
  bench.close(sockets.slice(0, 24))
  expect(bench.longLived.count).toBe(40)
})

test('connections of one request each do not count, those beside them that stay do', () => {
  const bench = new Bench()
  bench.open(16)
  bench.hurry(10)
  const underWay = bench.open(20)
  expect(bench.longLived.count).toBe(16)
  bench.close(underWay)
  expect(bench.longLived.count).toBe(16)
})

test('long connections beside short ones count as soon as there are more than twice as many', () => {
  const bench = new Bench()
  bench.hurry(4)
  bench.open(24)
  expect(bench.longLived.count).toBe(16)
  bench.round()
  bench.round()
  expect(bench.longLived.count).toBe(24)
})

test('those that come one after the other and stay take nothing from each other', () => {
  const bench = new Bench()
  for (let round = 0; round < 8; round++) {
    bench.open(5)
    bench.round()
  }
  expect(bench.longLived.count).toBe(40)
})

test('when no short ones come any more, it is forgotten that there were any', () => {
  const bench = new Bench()
  bench.hurry(10)
  bench.hurry(0, 4)
  bench.open(10)
  expect(bench.longLived.count).toBe(10)
})

test('rounds that are asked for too often are one', () => {
  const bench = new Bench()
  bench.hurry(10)
  for (let each = 0; each < 10; each++) {
    bench.time++
    bench.longLived.nextRound()
  }
  bench.open(10)
  expect(bench.longLived.count).toBe(0)
})
