import { once } from 'node:events'
import { mkdirSync, readFileSync, renameSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { command, type PropaneStatus } from '../src/index.ts'
import { Bin } from './bin.ts'
import { fixture, get, start, temporaryFolder, until } from './helpers.ts'

test('lines of several workers reach the log whole, and lines other than JSON are wrapped', async () => {
  const logFile = path.join(temporaryFolder(), 'log')
  const handle = await start({ app: fixture('writes-logs.ts'), workers: 3, logFile })
  await Promise.all(Array.from({ length: 24 }, () => get(handle.url)))
  await handle.stop()
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n')
  const parsed = lines.map(
    line => JSON.parse(line) as { number?: number; worker?: string; msg: string; level: string; pid?: number },
  )
  // The probe of each worker writes too.
  const numbered = parsed.filter(line => line.number !== undefined)
  expect(numbered).toHaveLength((24 + 3) * 50)
  for (const worker of ['1', '2', '3']) {
    const numbers = numbered.filter(line => line.worker === worker).map(line => line.number!)
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
  }
  expect(parsed.filter(({ msg }) => msg.includes('not JSON,\nbut two lines')).length).toBeGreaterThan(0)
  const stack = parsed.find(({ msg }) => msg.startsWith('Error: on stderr'))
  expect(stack).toMatchObject({ level: 'error', worker: expect.any(Number), pid: expect.any(Number) })
})

test('USR1 where the log file cannot be opened again leaves the log where it is, and serving as it was', async () => {
  const folder = path.join(temporaryFolder(), 'logs')
  mkdirSync(folder)
  const file = path.join(folder, 'log')
  const bin = new Bin([fixture('listener.ts'), '--workers', '1', '--port', '0', '--log-file', file])
  await expect.poll(() => readFileSync(file, 'utf8')).toContain('serving on')
  renameSync(folder, `${folder}-moved`)
  bin.child.kill('SIGUSR1')
  const moved = path.join(`${folder}-moved`, 'log')
  await expect.poll(() => readFileSync(moved, 'utf8')).toContain('The old one is written on.')
  bin.child.kill('SIGTERM')
  expect(await bin.exit).toBe(0)
  expect(readFileSync(moved, 'utf8')).toContain('stopped')
})

test('USR1 opens the log file again after it was rotated away', async () => {
  const folder = temporaryFolder()
  const file = path.join(folder, 'log')
  const bin = new Bin([fixture('listener.ts'), '--workers', '1', '--port', '0', '--log-file', file])
  const read = (name: string) => readFileSync(path.join(folder, name), 'utf8')
  await expect.poll(() => read('log')).toContain('serving on')
  renameSync(file, path.join(folder, 'log.1'))
  bin.child.kill('SIGUSR1')
  await expect.poll(() => read('log')).toContain('log opened again')
  bin.child.kill('SIGTERM')
  expect(await bin.exit).toBe(0)
  expect(read('log')).toContain('stopped')
  expect(read('log.1')).not.toContain('stopped')
})

test('a reader of standard output that stops reading holds up neither requests nor commands nor signals', async () => {
  const controlSocket = path.join(temporaryFolder(), 'control')
  const args = [fixture('writes-logs.ts'), '--workers', '1', '--port', '0', '--control-socket', controlSocket]
  const bin = new Bin([...args, '--log-format', 'json'])
  const url = await bin.serving()
  bin.child.stdout!.pause()
  const status = () => command({ command: 'status', controlSocket }) as Promise<PropaneStatus>
  await until(
    async () => {
      await Promise.all(Array.from({ length: 20 }, () => get(url)))
      return status()
    },
    ({ droppedLogLines }) => droppedLogLines > 0,
  )
  // A worker that dies is replaced.
  const [worker] = (await status()).workers
  process.kill(worker!.pid, 'SIGKILL')
  await until(status, ({ workers }) => workers.some(({ status, id }) => status === 'serving' && id !== worker!.id))
  bin.child.kill('SIGTERM')
  const [code] = await once(bin.child, 'exit')
  expect(code).toBe(0)
  bin.child.stdout!.resume()
})

test('the log says how many lines were dropped once it is read again', async () => {
  const controlSocket = path.join(temporaryFolder(), 'control')
  const args = [fixture('writes-logs.ts'), '--workers', '1', '--port', '0', '--control-socket', controlSocket]
  const bin = new Bin([...args, '--log-format', 'json'])
  const url = await bin.serving()
  bin.child.stdout!.pause()
  await until(
    async () => {
      await Promise.all(Array.from({ length: 20 }, () => get(url)))
      return command({ command: 'status', controlSocket }) as Promise<PropaneStatus>
    },
    ({ droppedLogLines }) => droppedLogLines > 0,
  )
  bin.child.stdout!.resume()
  const line = await until(
    async () => {
      await get(url)
      return bin.lines.find(({ msg }) => msg?.includes('dropped'))
    },
    found => found !== undefined,
  )
  expect(line).toMatchObject({ level: 'warn', dropped: expect.any(Number) })
})
