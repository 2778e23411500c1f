import { expect, test } from 'vitest'
import { readAll } from '../../test/helpers.ts'
import { RowStream } from './row-stream.ts'

/** Batches of numbers, and what became of their source. */
function source(...batches: number[][]) {
  const state = { ended: false, thrown: undefined as unknown }
  async function* generate(): AsyncGenerator<readonly unknown[], void, undefined> {
    try {
      for (const batch of batches) yield batch
    } catch (error) {
      state.thrown = error
      throw error
    } finally {
      state.ended = true
    }
  }
  return { stream: new RowStream(generate()), state }
}

test('rows come in order, over empty batches', async () => {
  const { stream, state } = source([1, 2], [], [3], [])
  expect(await readAll(stream)).toEqual([1, 2, 3])
  expect(state.ended).toBe(true)
  expect(await stream.next()).toEqual({ value: undefined, done: true })
})

test('several reads at once are answered in order', async () => {
  const { stream } = source([1], [2, 3], [4])
  const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => stream.next()))
  expect(answers.map(({ value }) => value)).toEqual([1, 2, 3, 4, undefined, undefined])
  expect(answers.at(-1)!.done).toBe(true)
})

test('a reader that leaves ends the source, and gets no more', async () => {
  const { stream, state } = source([1, 2, 3], [4])
  for await (const row of stream) if (row === 2) break
  expect(state.ended).toBe(true)
  expect(await stream.next()).toEqual({ value: undefined, done: true })
})

test('so does one that never began, and one that disposes of it', async () => {
  const { stream } = source([1])
  expect(await stream.return()).toEqual({ value: undefined, done: true })
  expect(await stream.next()).toMatchObject({ done: true })
  const { stream: second, state } = source([1], [2])
  {
    await using rows = second
    await rows.next()
  }
  expect(state.ended).toBe(true)
})

test('an error thrown in reaches the source', async () => {
  const { stream, state } = source([1, 2], [3])
  await stream.next()
  const error = new Error('no more')
  await expect(stream.throw(error)).rejects.toBe(error)
  expect(state.thrown).toBe(error)
  expect(await stream.next()).toMatchObject({ done: true })
})

test('an error of the source is that of the request, and the end', async () => {
  async function* failing(): AsyncGenerator<readonly unknown[], void, undefined> {
    yield [1]
    throw new Error('lost')
  }
  const stream = new RowStream(failing())
  expect(await stream.next()).toEqual({ value: 1, done: false })
  await expect(stream.next()).rejects.toThrow('lost')
  expect(await stream.next()).toMatchObject({ done: true })
})
