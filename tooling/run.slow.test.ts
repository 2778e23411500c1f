import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { makeProjectFolder } from './project-folder.ts'

const SCRIPT = join(import.meta.dirname, 'run.ts')
const SHOP_OPEN = /is open at (http:\S+)/

const data = makeProjectFolder('arlen-run-')
const running = new Set<ChildProcess>()
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
})

function start(env: Record<string, string>) {
  const child = spawn(process.execPath, ['--conditions=@arlen/source', SCRIPT], {
    env: { ...process.env, DATABASE_URL: '', NODE_OPTIONS: '', SHOP_DATA: data, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let text = ''
  const exit = new Promise<number | null>(resolve => child.once('close', code => resolve(code)))
  const said = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = (chunk?: Buffer) => {
        text += chunk ?? ''
        const match = pattern.exec(text)
        if (match) resolve(match)
      }
      child.stdout.on('data', look)
      child.stderr.on('data', look)
      void exit.then(() => reject(new Error(`ended without saying ${pattern}:\n${text}`)))
    })
  return { child, exit, said, text: () => text }
}

test('opens the shop, keeps its data between runs, and leaves nothing behind', async () => {
  const first = start({ PORT: '0', WORKERS: '2' })
  const [, url] = await first.said(SHOP_OPEN)
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  const order = await fetch(`${url}/api/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ lines: [{ productId: 1, quantity: 1 }] }),
  })
  expect(order.status).toBe(201)
  first.child.kill('SIGINT')
  expect(await first.exit).toBe(0)
  expect(first.text()).not.toMatch(/^ +at /m)

  const second = start({ PORT: '0', WORKERS: '1' })
  const [, again] = await second.said(SHOP_OPEN)
  expect((await fetch(again + order.headers.get('location')!)).status).toBe(200)
  second.child.kill('SIGTERM')
  expect(await second.exit).toBe(0)
  rmSync(data, { recursive: true, force: true })
})

test('a port that is taken is one line and exit code 1', async () => {
  const other = createServer()
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as { port: number }
  const run = start({ PORT: String(port) })
  run.child.stderr.resume()
  const [line] = await run.said(/make run: .*/)
  expect(await run.exit).toBe(1)
  other.close()
  expect(line).toContain(`127.0.0.1:${port} is already in use`)
  expect(run.text()).not.toMatch(/^ +at /m)
  rmSync(data, { recursive: true, force: true })
})

test('a database that cannot be reached is one line and exit code 1', async () => {
  const run = start({ PORT: '0', DATABASE_URL: 'postgres://nobody:hunter2@127.0.0.1:1/none' })
  await run.said(/make run: .*/)
  expect(await run.exit).toBe(1)
  expect(run.text()).not.toContain('hunter2')
  expect(run.text()).not.toMatch(/^ +at /m)
})
