import { expect, test } from 'vitest'
import { Limiter } from './limiter.ts'

/** Work that ends when it is told. */
function works() {
  const running = new Set<number>()
  const ends = new Map<number, (fails: boolean) => void>()
  const work = (id: number) => () => {
    running.add(id)
    return new Promise<number>((resolve, reject) => {
      ends.set(id, fails => {
        running.delete(id)
        if (fails) reject(new Error(`${id} failed`))
        else resolve(id)
      })
    })
  }
  return { running, end: (id: number, fails = false) => ends.get(id)!(fails), work }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

test('as much runs at once as is allowed, and the others in their order, also after a failure', async () => {
  const { running, end, work } = works()
  const limiter = new Limiter(2, 10)
  const results = [1, 2, 3, 4].map(id => limiter.run(work(id)).catch((error: Error) => error.message))
  await turn()
  expect([...running]).toEqual([1, 2])
  end(1, true)
  await turn()
  expect([...running]).toEqual([2, 3])
  end(3)
  await turn()
  expect([...running]).toEqual([2, 4])
  end(2)
  end(4)
  expect(await Promise.all(results)).toEqual(['1 failed', 2, 3, 4])
  const again = limiter.run(work(5))
  await turn()
  expect([...running]).toEqual([5])
  end(5)
  expect(await again).toBe(5)
})

test('refuses at once what would have to wait behind too many', async () => {
  const { end, work } = works()
  const limiter = new Limiter(1, 1)
  const [first, second] = [limiter.run(work(1)), limiter.run(work(2))]
  await expect(limiter.run(work(3))).rejects.toMatchObject({ status: 503, code: 'passwords_busy' })
  end(1)
  await turn()
  end(2)
  expect(await Promise.all([first, second])).toEqual([1, 2])
})
