import fs from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { clearCell, createScoreboard, mayAccept, Scoreboard } from './scoreboard.ts'

function board(): number {
  const fd = createScoreboard()!
  onTestFinished(() => fs.closeSync(fd))
  return fd
}

test('workers see the fewest connections of the others, never their own', () => {
  const fd = board()
  const [a, b, c] = [new Scoreboard(fd, 0), new Scoreboard(fd, 1), new Scoreboard(fd, 2)]
  expect(a.others()).toEqual({ fewest: undefined, fewestAwake: undefined, silent: false })
  a.publish(1)
  b.publish(5)
  c.publish(3)
  expect([a, b, c].map(each => each.others().fewest)).toEqual([3, 1, 1])
  c.leave()
  expect(a.others().fewest).toBe(5)
  clearCell(fd, 1)
  expect(a.others().fewest).toBeUndefined()
})

test('a worker that has been silent for a moment is distinguished from the others', async () => {
  const fd = board()
  const [a, b] = [new Scoreboard(fd, 0), new Scoreboard(fd, 1)]
  b.publish(4)
  expect(a.others()).toEqual({ fewest: 4, fewestAwake: 4, silent: false })
  await expect.poll(() => a.others()).toEqual({ fewest: 4, fewestAwake: undefined, silent: true })
})

test.each([
  [0, 0, true, true],
  [2, 0, true, true],
  [3, 0, true, false],
  [2, 0, false, false],
  [1, 0, false, true],
  [18, 13, true, false],
  [16, 13, true, true],
  [1000, undefined, true, true],
])('with %i connections, the fewest being %s, accepting %s: %s', (mine, fewest, accepting, may) => {
  expect(mayAccept(mine, fewest, accepting)).toBe(may)
})

test('wherever workers stop accepting, the busiest has at most half as many again as the idlest, from 64 clients on', () => {
  for (let fewest = 10; fewest < 2000; fewest++) {
    let most = fewest
    while (mayAccept(most, fewest, true)) most++
    expect(most / fewest).toBeLessThanOrEqual(1.5)
  }
})
