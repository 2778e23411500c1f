import { spawn } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../test/helpers.ts'
import { PidFile, readPid, startTime } from './pid-file.ts'

/** A process that lives as long as the test. */
async function other(): Promise<number> {
  const child = spawn('sleep', ['60'])
  onTestFinished(async () => {
    child.kill()
    await new Promise(resolve => child.once('exit', resolve))
  })
  await new Promise(resolve => child.once('spawn', resolve))
  return child.pid!
}

function place(): string {
  return path.join(temporaryFolder(), 'propane.pid')
}

test('is written whole, says when the process was started, and leaves nothing else behind', () => {
  const file = place()
  const pidFile = new PidFile(file)
  pidFile.acquire()
  expect(readFileSync(file, 'utf8')).toBe(`${process.pid}\n${startTime(process.pid)}\n`)
  expect(readdirSync(path.dirname(file))).toEqual(['propane.pid'])
  pidFile.release()
  expect(readdirSync(path.dirname(file))).toEqual([])
})

test('of a living process is respected, with or without its start time', async () => {
  const pid = await other()
  for (const text of [`${pid}\n${startTime(pid)}\n`, `${pid}\n`, String(pid)]) {
    const file = place()
    writeFileSync(file, text)
    expect(() => new PidFile(file).acquire()).toThrow(expect.objectContaining({ code: 'propane_running' }))
    new PidFile(file).release()
    expect(readFileSync(file, 'utf8')).toBe(text)
  }
})

test('of a process that is gone, or whose number another has now, or with nonsense, is taken over', async () => {
  const pid = await other()
  const texts = [
    '999999999\n1\n',
    `${pid}\n${Number(startTime(pid)) - 1}\n`,
    `${process.pid}\n1\n`,
    'nonsense',
    '',
    '-5\n',
  ]
  for (const text of texts) {
    const file = place()
    writeFileSync(file, text)
    new PidFile(file).acquire()
    expect(readPid(file)?.pid).toBe(process.pid)
    expect(readdirSync(path.dirname(file))).toEqual(['propane.pid'])
  }
})

test('a successor takes over without a gap', async () => {
  const pid = await other()
  const file = place()
  writeFileSync(file, `${pid}\n${startTime(pid)}\n`)
  new PidFile(file).takeOver()
  expect(readPid(file)?.pid).toBe(process.pid)
})

test('where it cannot be written says which', () => {
  const attempt = () => new PidFile('/nowhere/propane.pid').acquire()
  expect(attempt).toThrow(expect.objectContaining({ code: 'pid_file_failed' }))
  expect(existsSync('/nowhere')).toBe(false)
})

test('links are never followed: neither read, nor written through', async () => {
  const file = place()
  const precious = path.join(path.dirname(file), 'precious')
  writeFileSync(precious, String(await other()))
  symlinkSync(precious, file)
  symlinkSync(precious, `${file}.${process.pid}`)
  const before = readFileSync(precious, 'utf8')
  expect(readPid(file)).toBeUndefined()
  new PidFile(file).acquire()
  expect(readFileSync(precious, 'utf8')).toBe(before)
  expect(lstatSync(file).isSymbolicLink()).toBe(false)
  expect(readPid(file)?.pid).toBe(process.pid)
})

test('a successor takes the place of a link, too, and leaves alone what it leads to', () => {
  const file = place()
  const precious = path.join(path.dirname(file), 'precious')
  writeFileSync(precious, 'precious')
  symlinkSync(precious, file)
  new PidFile(file).takeOver()
  expect([readFileSync(precious, 'utf8'), readPid(file)?.pid]).toEqual(['precious', process.pid])
})
