import { expect, test } from 'vitest'
import type { Executor } from '../pool/executor.ts'
import { WritePosition } from './write-position.ts'

/** An executor that answers with these, one after the other, and counts how often it is asked. */
function answering(answers: (string | null | Error)[]) {
  const asked = { times: 0 }
  const run = async () => {
    asked.times++
    const answer = answers.shift()
    if (answer instanceof Error) throw answer
    return { rows: [{ position: answer }] }
  }
  return { asked, executor: { run } as unknown as Executor }
}

test('a session that has not written is at its start position and asks no server', async () => {
  const { asked, executor } = answering([])
  expect(await new WritePosition(executor, undefined).current()).toBeUndefined()
  expect(await new WritePosition(executor, '0/1').current()).toBe('0/1')
  expect(asked.times).toBe(0)
})

test('the primary is asked once for each time that something was written', async () => {
  const { asked, executor } = answering(['0/2', '0/3', null])
  const position = new WritePosition(executor, '0/1')
  position.mark()
  position.mark()
  expect([await position.current(), await position.current(), asked.times]).toEqual(['0/2', '0/2', 1])
  position.mark()
  expect([await position.current(), asked.times]).toEqual(['0/3', 2])
  position.mark()
  expect(await position.current()).toBeUndefined()
})

test('one that could not be asked is asked again', async () => {
  const { asked, executor } = answering([new Error('away'), '0/2'])
  const position = new WritePosition(executor, undefined)
  position.mark()
  await expect(position.current()).rejects.toThrow('away')
  expect([await position.current(), asked.times]).toEqual(['0/2', 2])
})
