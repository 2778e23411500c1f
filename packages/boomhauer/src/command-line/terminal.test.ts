import { EventEmitter } from 'node:events'
import type { Diagnostic } from '@arlen/core'
import type { DevelopmentProblem } from '@arlen/error-report'
import { beforeEach, expect, test } from 'vitest'
import type { BoomhauerEvents } from '../boomhauer.ts'
import { report } from './terminal.ts'

let lines: string[]
let server: EventEmitter<BoomhauerEvents> & { settings: { root: string } }
beforeEach(() => {
  lines = []
  server = Object.assign(new EventEmitter<BoomhauerEvents>(), { settings: { root: '/app' } })
  report(server, { write: line => lines.push(line) })
})

const error: Diagnostic = {
  stage: 'load',
  severity: 'error',
  message: 'no such thing',
  file: 'a.ts',
  line: 1,
  column: 2,
}
const problem = { diagnostics: [error] } as unknown as DevelopmentProblem

test('a build is one line, with the files that caused it', () => {
  server.emit('building', { build: '1', paths: ['/app/src/a.ts', '/app/b.ts', '/app/c.ts', '/app/d.ts', '/app/e.ts'] })
  server.emit('ready', { build: '1', ms: 12.4, warnings: [], info: {} })
  expect(lines).toEqual(['ready in 12 ms  src/a.ts, b.ts, c.ts and 2 more'])
})

test('a repeated failure is reported in one line', () => {
  server.emit('failed', { build: '1', ms: 5, problem })
  server.emit('failed', { build: '2', ms: 6, problem })
  expect(lines).toEqual(['failed in 5 ms', '\nload error: no such thing\n  at a.ts:1:2\n', 'failed in 6 ms'])
})

test('a failure that returns after a good build is reported in full', () => {
  server.emit('failed', { build: '1', ms: 5, problem })
  server.emit('ready', { build: '2', ms: 5, warnings: [], info: {} })
  server.emit('failed', { build: '3', ms: 5, problem })
  expect(lines.filter(line => line.includes('no such thing'))).toHaveLength(2)
})

test('type errors are reported once, and again when they are gone', () => {
  const diagnostics: Diagnostic[] = [{ ...error, stage: 'typecheck' }]
  for (let i = 0; i < 2; i++) {
    server.emit('notice', { id: 'typecheck', diagnostics })
    server.emit('typechecked', { diagnostics })
  }
  for (let i = 0; i < 2; i++) server.emit('typechecked', { diagnostics: [] })
  expect(lines).toEqual([
    '\ntypecheck error: no such thing\n  at a.ts:1:2\n',
    '1 type error as before',
    'the types fit again',
  ])
})

test('a crash is reported once', () => {
  server.emit('notice', { id: 'crash', diagnostics: [error] })
  server.emit('crashed', { problem })
  expect(lines).toHaveLength(1)
})

test('in color where the terminal has it', () => {
  report(server, { write: line => lines.push(line), color: true })
  server.emit('ready', { build: '1', ms: 1, warnings: [], info: {} })
  expect(lines).toEqual(['ready in 1 ms', '\u001b[32mready\u001b[39m in 1 ms'])
})
