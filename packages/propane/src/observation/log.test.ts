import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/helpers.ts'
import { Log, LogSink } from './log.ts'

test('lines are JSON objects, or text', () => {
  const file = path.join(temporaryFolder(), 'log')
  const sink = new LogSink(file)
  new Log(sink, true).line('warn', 'careful', { worker: 2 })
  new Log(sink, false).line('error', 'broken', { worker: 2 })
  new Log(sink, false).line('info', 'fine')
  const [json, error, info] = readFileSync(file, 'utf8').split('\n')
  expect(JSON.parse(json!)).toEqual({
    level: 'warn',
    time: expect.any(String),
    name: 'propane',
    pid: process.pid,
    worker: 2,
    msg: 'careful',
  })
  expect(error).toMatch(/^\d\d:\d\d:\d\d\.\d{3} ERROR broken$/)
  expect(info).toMatch(/^\d\d:\d\d:\d\d\.\d{3} fine$/)
})

test('the file is appended to, and opened again after it was moved away', () => {
  const folder = temporaryFolder()
  const [file, moved] = [path.join(folder, 'log'), path.join(folder, 'log.1')]
  new LogSink(file).write('one\n')
  const sink = new LogSink(file)
  sink.write(Buffer.from('two\n'))
  renameSync(file, moved)
  sink.write('three\n')
  sink.reopen()
  sink.write('four\n')
  expect([readFileSync(moved, 'utf8'), readFileSync(file, 'utf8')]).toEqual(['one\ntwo\nthree\n', 'four\n'])
})

test('a file that cannot be opened is an error at the start, and no end of the log later', () => {
  expect(() => new LogSink('/nowhere/log')).toThrow(
    expect.objectContaining({ code: 'log_file_failed', message: expect.stringContaining('/nowhere/log') }),
  )
  const folder = path.join(temporaryFolder(), 'logs')
  const file = path.join(temporaryFolder(), 'log')
  const sink = new LogSink(file)
  rmSync(path.dirname(file), { recursive: true })
  expect(() => sink.reopen()).toThrow(expect.objectContaining({ code: 'log_file_failed' }))
  sink.write('into the old one\n')
  expect(existsSync(folder)).toBe(false)
})

test('a log that cannot be written any more does not stop anything', () => {
  const sink = new LogSink('/dev/full')
  sink.write('lost\n')
  expect(existsSync('/dev/full')).toBe(true)
})
