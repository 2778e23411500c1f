import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testApp } from '../src/index.ts'
import { describeTransport } from './contract.ts'
import { sampleApp } from './sample-app.ts'

describeTransport('in process', () => testApp(sampleApp()), { wire: true, inProcess: true })
describeTransport('over TCP', () => testApp(sampleApp(), { over: 'socket' }), { wire: true, inProcess: true })
describeTransport(
  'at a URL',
  async () => {
    const app = sampleApp({ log: false })
    const { port } = await app.listen({ port: 0 })
    const t = await testApp(`http://127.0.0.1:${port}`)
    const close = t.close.bind(t)
    t.close = async () => {
      await close()
      await app.close({ graceMs: 0 })
    }
    return t
  },
  { wire: true, inProcess: false },
)
describeTransport('by fetch()', () => testApp(sampleApp(), { over: 'fetch' }), { wire: false, inProcess: true })
describeTransport(
  'on propane',
  async () => {
    const program = join(import.meta.dirname, '../fixtures/on-propane.ts')
    const child = spawn(process.execPath, ['--conditions=@arlen/source', program], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const [url] = (await once(child.stdout, 'data')) as [Buffer]
    const t = await testApp(String(url).trim())
    const close = t.close.bind(t)
    t.close = async () => {
      await close()
      child.stdin.end()
      await once(child, 'exit')
    }
    return t
  },
  { wire: true, inProcess: false },
)

test('refuses targets that cannot be tested, and names those that can', async () => {
  await expect(testApp({} as never)).rejects.toThrow('testApp() cannot test an object of Object.')
  await expect(testApp(Promise.resolve() as never)).rejects.toThrow('await it first')
  await expect(testApp('localhost:3000')).rejects.toThrow('cannot test "localhost:3000"')
  await expect(testApp(sampleApp(), { over: 'pigeon' as never })).rejects.toThrow(
    'must be "process", "socket" or "fetch"',
  )
  await expect(testApp(sampleApp(), { ovr: 'socket' } as never)).rejects.toThrow(
    'testApp() has no option ovr. Did you mean over?',
  )
})

test('an unreachable server is reported', async () => {
  await using t = await testApp('http://127.0.0.1:1')
  await expect(t.get('/')).rejects.toThrow(/GET \/ got an incomplete response: the connection failed \(ECONNREFUSED\)/)
})

test('a request that was never awaited is reported when the test ends, with its place', async () => {
  const t = await testApp(sampleApp())
  void t.get('/').status(404)
  await expect(t.close()).rejects.toThrow(/GET \/ was never awaited \(at .*transports\.test\.ts:\d+/)
})

test('closing waits for no handler that hangs', async () => {
  const t = await testApp(sampleApp())
  await t.get('/')
  await t
    .get('/hang')
    .timeout(20)
    .catch(() => undefined)
  await expect(t.close()).resolves.toBeUndefined()
})
