import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryApp } from './temporary-app.ts'

const APP = `import { createApp } from 'arlen'
const app = createApp({ config: { session: { enabled: false } } })
app.get('/', () => 'mine')
export default app
`

test('commands in the folder of an application are for that one and no other', async () => {
  const runtime = mkdtempSync(join(tmpdir(), 'arlen-run-'))
  onTestFinished(() => rmSync(runtime, { recursive: true }))
  // Sockets of other tests are in other folders.
  const env = { XDG_RUNTIME_DIR: runtime }
  const [running, other] = [temporaryApp({ 'app.ts': APP }), temporaryApp({ 'app.ts': APP })]
  const server = running.start(['propane', '--workers', '1', '--port', '0'], { env })
  const ended = once(server, 'exit')
  onTestFinished(() => void server.kill('SIGKILL'))
  for await (const line of createInterface({ input: server.stdout! })) if (line.includes('is ready')) break
  server.stdout!.resume()
  server.stderr!.resume()

  for (const command of ['health', 'status', 'reload', 'stop']) {
    const elsewhere = await other.arlen(['propane', command], { env })
    expect({ command, code: elsewhere.code }).toEqual({ command, code: 1 })
  }
  expect((await running.arlen(['propane', 'status', '--json'], { env })).code).toBe(0)
  for (const command of ['health', 'reload']) {
    expect({ command, code: (await running.arlen(['propane', command], { env })).code }).toEqual({ command, code: 0 })
  }
  expect((await running.arlen(['propane', 'stop'], { env })).code).toBe(0)
  expect((await ended)[0]).toBe(0)
})

test.skipIf(process.platform !== 'linux')(
  'a signal that comes while the command loads is not lost: it starts and stops in order (needs Linux)',
  async () => {
    const runtime = mkdtempSync(join(tmpdir(), 'arlen-run-'))
    onTestFinished(() => rmSync(runtime, { recursive: true }))
    const app = temporaryApp({ 'app.ts': APP })
    const env = { XDG_RUNTIME_DIR: runtime, ARLEN_PROPANE_PRE_STOP_DELAY: '0' }
    const server = app.start(['propane', '--workers', '1', '--port', '0'], { env })
    const ended = once(server, 'exit')
    onTestFinished(() => void server.kill('SIGKILL'))
    let output = ''
    for (const stream of [server.stdout!, server.stderr!]) stream.on('data', text => (output += text))
    await caughtHangup(server.pid!)
    server.kill('SIGTERM')
    expect([...(await ended), output]).toEqual([0, null, expect.stringContaining('stopping')])
  },
)

/** Resolves in the moment in which a process has begun to load: it has a handler of SIGHUP, and nothing else. */
async function caughtHangup(pid: number): Promise<void> {
  for (;;) {
    const [, mask = '0'] = /^SigCgt:\s*(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    if ((BigInt(`0x${mask}`) & 1n) === 1n) return
    await new Promise(resolve => setTimeout(resolve, 1))
  }
}
