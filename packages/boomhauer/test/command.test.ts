import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Command } from './command-process.ts'
import { answering, ask, TestFolder } from './support.ts'

/** Whether a process is there; one that has ended and is only waiting to be noticed is not. */
function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false // it went while it was looked at
  }
}

async function gone(...pids: number[]): Promise<void> {
  while (pids.some(isAlive)) await new Promise(resolve => setTimeout(resolve, 10))
}

/** Tells its process, its children's and can be made to hang. */
const WITH_CHILD = `
import { spawn } from 'node:child_process'
import { servable } from './servable.js'
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
export default servable((req, res) => {
  res.end(JSON.stringify([process.pid, child.pid]))
  if (req.url === '/hang') res.once('finish', () => setTimeout(() => { for (;;); }, 10))
})`

test('Ctrl-C ends everything soon, whatever the application is busy with', async () => {
  const folder = new TestFolder({ 'app.ts': WITH_CHILD })
  const command = new Command(folder, [])
  const port = await command.port()
  const pids = JSON.parse((await ask(port, '/')).body) as number[]
  await ask(port, '/hang')
  const started = performance.now()
  command.process.kill('SIGINT')
  expect(await command.exit()).toBe(0)
  await gone(...pids)
  expect(performance.now() - started).toBeLessThan(15_000) // 850 ms at most by its own time-outs; the rest is for a busy machine
})

test.each(['/', '/hang'])('nothing outlives a supervisor that is killed, with the application at %s', async path => {
  const folder = new TestFolder({ 'app.ts': WITH_CHILD })
  const command = new Command(folder, [])
  const pids = JSON.parse((await ask(await command.port(), path)).body) as number[]
  command.process.kill('SIGKILL')
  await gone(...pids)
  expect(pids.map(isAlive)).toEqual([false, false])
})

test('child processes of the application end with it on each rebuild', async () => {
  const folder = new TestFolder({ 'app.ts': WITH_CHILD })
  const command = new Command(folder, ['--typecheck', 'off'])
  const port = await command.port()
  const pids = JSON.parse((await ask(port, '/')).body) as number[]
  folder.write('app.ts', answering('next'))
  await command.until(/ready.*\n.*ready/)
  expect((await ask(port, '/')).body).toBe('next')
  await gone(...pids)
})

test('a port in use is reported, and nothing keeps running', async () => {
  const folder = new TestFolder({ 'app.ts': answering('ok') })
  const first = new Command(folder, [])
  const second = new Command(folder, ['--port', String(await first.port())])
  expect(await second.exit()).toBe(1)
  expect(second.output).toMatch(/^boomhauer: 127\.0\.0\.1:\d+ is in use by another process/)
})

test('without a terminal, prints each build in one line, and a failure with its source', async () => {
  const folder = new TestFolder({ 'app.ts': answering('ok') })
  const command = new Command(folder, [])
  await command.until(/ready in \d+ ms/)
  await command.port()
  folder.write('app.ts', 'const x = (')
  await command.until(/> 1 \| const x = \(/)
  expect(command.output).toMatch(/failed in \d+ ms {2}app\.ts\n\nload error: .*\n {2}at app\.ts:1/)
  expect(command.output).not.toMatch(/\u001b/)
})

test.each([
  ['--once', answering('ok'), 0, /^ready in \d+ ms\n$/],
  ['--once', 'throw new Error("broken")', 1, /load error: Error: broken\n {2}at app\.ts:1:7/],
])('%s builds, says how that went, and ends', async (mode, source, code, output) => {
  const command = new Command(new TestFolder({ 'app.ts': source }), [mode])
  expect(await command.exit()).toBe(code)
  expect(command.output).toMatch(output)
})

test('--print-routes prints what the application has', async () => {
  const folder = new TestFolder({
    'app.ts': `import { servable } from './servable.js'
const routes = [{ method: 'GET', path: '/users/:id', name: 'user' }, { method: 'DELETE', path: '/' }]
export default { ...servable((req, res) => res.end()), routes: () => routes }`,
  })
  const command = new Command(folder, ['--print-routes'])
  expect(await command.exit()).toBe(0)
  expect(command.output).toContain('GET     /users/:id  user\nDELETE  /\n')
})

test('a debugger finds the application, rebuild after rebuild', async () => {
  const folder = new TestFolder({ 'app.ts': answering('one') })
  const command = new Command(folder, ['--typecheck', 'off', '--node-arg=--inspect=0'])
  await command.port()
  await command.until(/Debugger listening on ws:\/\/127\.0\.0\.1:\d+/)
  folder.write('app.ts', answering('two'))
  await command.until(/Debugger listening[\s\S]*Debugger listening/)
  expect(command.output).not.toContain('address already in use')
})
