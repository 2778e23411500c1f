import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/helpers.ts'
import { explainError } from './explain-error.ts'

test('an error is one line with the place it comes from, and its stack', () => {
  const error = new TypeError('boom\nand more')
  const { reason, stack } = explainError(error)
  expect(reason).toMatch(/^TypeError: boom \(\/.*explain-error\.test\.ts:\d+:\d+\)$/)
  expect(stack).toBe(error.stack)
})

test('an error without a message shows its name, and other values are shown as they are', () => {
  expect(explainError(Object.assign(new RangeError(''), { stack: '' })).reason).toBe('RangeError: RangeError')
  expect(explainError('just text')).toEqual({ reason: 'just text', stack: 'just text' })
  expect(explainError(undefined).reason).toBe('undefined')
})

test('a place that the message names already is not said twice', () => {
  const error = Object.assign(new Error('bad thing at /srv/app.js:3:1'), { stack: 'Error\n    at /srv/app.js:3:1' })
  expect(explainError(error).reason).toBe('bad thing at /srv/app.js:3:1')
})

test('the place of a syntax error is found though the error does not tell', () => {
  const app = path.join(temporaryFolder(), 'app.mjs')
  writeFileSync(app, 'const a = 1\nconst = 2\n')
  const error = Object.assign(new SyntaxError('Unexpected token'), { stack: 'SyntaxError: Unexpected token' })
  expect(explainError(error, app).reason).toBe(`SyntaxError: Unexpected token (${app}:2:7)`)
})
