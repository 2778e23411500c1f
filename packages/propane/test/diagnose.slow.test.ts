import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { diagnose } from '../src/control/diagnose.ts'
import type { PropaneStatus } from '../src/index.ts'
import { BIN, Bin, runBin } from './bin.ts'
import { fixture, get, SOURCE, temporaryFolder, until } from './helpers.ts'

interface Running {
  url: string
  env: NodeJS.ProcessEnv
  folder: string
  pid: number
}

async function running(app = 'faulty.ts', workers = '2'): Promise<Running> {
  const folder = temporaryFolder()
  const env = { XDG_RUNTIME_DIR: folder, MARKER: path.join(folder, 'marker') }
  const args = ['--workers', workers, '--port', '0', '--log-format', 'json', '--heartbeat-interval', '50']
  const bin = new Bin([fixture(app), ...args], { env })
  const url = await bin.serving()
  return { url, env, folder, pid: bin.child.pid! }
}

async function statusOf(env: NodeJS.ProcessEnv): Promise<PropaneStatus> {
  const { stdout } = await runBin(['status', '--json'], env)
  return (JSON.parse(stdout) as { result: PropaneStatus }).result
}

describe('diagnose writes', () => {
  test('where a worker with a blocked event loop is', async () => {
    const { url, env, folder } = await running('faulty.ts', '1')
    const blocked = get(`${url}/block`)
    await until(() => existsSync(env.MARKER!), Boolean)
    const output = path.join(folder, 'stacks.txt')
    const { code, stdout, stderr } = await runBin(['diagnose', '1', 'stacks', '--output', output], env)
    expect([code, stderr.replace(/^propane: Node.js .*\n/, ''), stdout]).toEqual([0, '', `${output}\n`])
    // Above the application there may be what `performance.now()` calls.
    expect(readFileSync(output, 'utf8')).toMatch(/^process \d+ at .*\n {4}at /)
    expect(readFileSync(output, 'utf8')).toMatch(/^ {4}at app \(.*faulty\.ts:\d+:\d+\)$/m)
    expect(statSync(output).mode & 0o777).toBe(0o600)
    rmSync(env.MARKER!)
    expect((await blocked).status).toBe(200)
    // The inspector is closed again.
    expect((await get(url)).status).toBe(200)
  })

  test('a CPU profile and a heap snapshot, while the worker keeps serving', async () => {
    const { url, env, folder } = await running()
    const [profile, heap] = ['a.cpuprofile', 'a.heapsnapshot'].map(name => path.join(folder, name)) as [string, string]
    const profiling = runBin(['diagnose', '2', 'cpu', '--duration', '500ms', '--output', profile], env)
    expect((await get(url)).status).toBe(200)
    expect((await profiling).code).toBe(0)
    expect(JSON.parse(readFileSync(profile, 'utf8'))).toMatchObject({
      nodes: expect.any(Array),
      samples: expect.any(Array),
    })
    expect((await runBin(['diagnose', '1', 'heap', '--output', heap], env)).code).toBe(0)
    expect(JSON.parse(readFileSync(heap, 'utf8'))).toMatchObject({ snapshot: { meta: expect.any(Object) } })
    const { workers, totals } = await statusOf(env)
    expect([workers.length, totals.crashes]).toEqual([2, 0])
  })

  test.each([
    [['diagnose'], 2, 'diagnose which worker, by its number?'],
    [['diagnose', 'app.js'], 2, 'diagnose which worker, by its number?'],
    [['diagnose', '1', 'memory'], 2, 'It must be one of cpu, heap, stacks, not memory'],
    [['diagnose', '1', '--duration', 'long'], 2, '--duration must be a duration such as 10s, not long'],
    [['diagnose', '9'], 1, 'There is no worker 9.'],
  ])('nothing for %j', async (args, expected, reason) => {
    const { env } = await running('listener.ts', '1')
    const { code, stderr } = await runBin(args, env)
    expect([code, stderr]).toEqual([expected, expect.stringContaining(reason)])
  })
})

test('diagnose ends with the reason when its file cannot be written, and leaves no inspector open', async () => {
  const { url, env, folder } = await running('faulty.ts', '1')
  const taken = path.join(folder, 'taken.txt')
  writeFileSync(taken, 'something of ours')
  for (const [output, reason] of [
    [path.join(folder, 'missing/stacks.txt'), 'ENOENT'],
    [taken, 'EEXIST'],
  ] as const) {
    const { code, stderr } = await runBin(['diagnose', '1', 'stacks', '--output', output], env)
    expect([code, stderr]).toEqual([1, expect.stringContaining(reason)])
  }
  expect(readFileSync(taken, 'utf8')).toBe('something of ours')
  expect((await get(url)).status).toBe(200)
  // A process that was still inspected would refuse a second one.
  const output = path.join(folder, 'worker.cpuprofile')
  const { code } = await runBin(['diagnose', '1', 'cpu', '--duration', '100ms', '--output', output], env)
  expect(code).toBe(0)
})

test('diagnose leaves no file of a process that it cannot inspect', async () => {
  const output = path.join(temporaryFolder(), 'stacks.txt')
  const gone = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' })
  await new Promise(resolve => gone.once('close', resolve))
  await expect(diagnose({ pid: gone.pid!, what: 'stacks', file: output, durationMs: 1 })).rejects.toThrow()
  expect(existsSync(output)).toBe(false)
})

test('top shows rates and latency again and again, and ends when it is interrupted', async () => {
  const { url, env } = await running()
  const child = spawn(process.execPath, [...SOURCE, BIN, 'top'], { env: { ...process.env, ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  child.stdout.on('data', chunk => {
    text += String(chunk)
  })
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  await until(
    () => get(url).then(() => text),
    shown => /requests: [1-9]\d* a second, p50 [\d.]+ms/.test(shown),
  )
  expect(text).toContain('restarts: 0 crashes, 0 hangs, 0 recycled; 0 reloads')
  expect(text).not.toContain('\x1b')
  child.kill('SIGINT')
  expect(await ended).toBe(0)
})

test('status --watch --json is one line of JSON a second', async () => {
  const { env } = await running('listener.ts', '1')
  const child = spawn(process.execPath, [...SOURCE, BIN, 'status', '--watch', '--json'], {
    env: { ...process.env, ...env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  child.stdout.on('data', chunk => {
    text += String(chunk)
  })
  const lines = await until(
    () => text.split('\n').slice(0, -1),
    shown => shown.length >= 2,
  )
  expect(lines.map(line => (JSON.parse(line) as PropaneStatus).serving)).toEqual(lines.map(() => 1))
})

test.skipIf(process.platform !== 'linux')(
  'processes are called by application, worker and generation (needs Linux)',
  async () => {
    const { env, pid } = await running('faulty.ts')
    const { workers } = await statusOf(env)
    const titleOf = (of: number) => readFileSync(`/proc/${of}/cmdline`, 'latin1').replace(/\0.*$/s, '')
    expect(titleOf(pid)).toBe('propane: fixtures/faulty.ts primary')
    expect(workers.map(worker => titleOf(worker.pid)).sort()).toEqual([
      'propane: fixtures/faulty.ts worker 1, generation 1',
      'propane: fixtures/faulty.ts worker 2, generation 1',
    ])
  },
)

test.each([
  ['node:http', 'mixed.ts'],
  ["Arlen's engine", 'arlen-server.ts'],
])(
  'the histogram of latency counts the requests of %s, over all workers, those that are gone included',
  async (_, app) => {
    const { url, env } = await running(app)
    for (let count = 0; count < 20; count++) await get(url)
    const metrics = async () => (await runBin(['metrics'], env)).stdout
    const counted = (text: string) => Number(/^propane_request_duration_seconds_count (\d+)$/m.exec(text)?.[1])
    expect(await until(metrics, text => counted(text) >= 20).then(counted)).toBe(20)
    expect((await runBin(['reload'], env)).code).toBe(0)
    const text = await metrics()
    expect(counted(text)).toBe(20)
    const within = Number(/^propane_request_duration_seconds_bucket\{le="10"\} (\d+)$/m.exec(text)?.[1])
    expect(within).toBe(20)
    expect(text).toContain('propane_responses_total{class="2xx"} 20\n')
    expect(text).toContain('propane_responses_total{class="5xx"} 0\n')
  },
)

test.each([
  ['node:http', 'answers-500.ts', '/healthz'],
  ["Arlen's engine", 'arlen-server.ts', '/fails'],
])('the metrics of %s tell answers that are errors from others', async (_, app, path) => {
  const { url, env } = await running(app)
  for (let count = 0; count < 3; count++) expect((await get(url + path)).status).toBe(500)
  await get(url)
  const text = await until(
    async () => (await runBin(['metrics'], env)).stdout,
    shown => /^propane_responses_total\{class="5xx"\} 3$/m.test(shown) && /^propane_requests_total 4$/m.test(shown),
  )
  expect(text).toContain('propane_responses_total{class="2xx"} 1\n')
})
