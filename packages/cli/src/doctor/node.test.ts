import { expect, test } from 'vitest'
import { examineNode } from './node.ts'

test('a Node.js with known vulnerabilities is worth a warning, this one or a later one is not', async () => {
  expect(await examineNode('24.13.0')).toMatchObject({
    outcome: 'warn',
    found: expect.stringContaining('vulnerabilities'),
  })
  expect(await examineNode('28.0.0')).toEqual({ outcome: 'ok', found: '28.0.0' })
})
