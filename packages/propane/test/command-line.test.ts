import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { runPropane } from '../src/command-line/run-propane.ts'
import type { PropaneStatus } from '../src/index.ts'
import { Bin, runBin } from './bin.ts'
import { fixture, get, SOURCE, temporaryFolder, until } from './helpers.ts'
import { Traffic } from './traffic.ts'

/** Finds no propane of anybody else. */
function privateEnv(): NodeJS.ProcessEnv {
  return { XDG_RUNTIME_DIR: temporaryFolder(), RUNTIME_DIRECTORY: '' }
}

/** The command, in this process. */
async function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const result = { code: 0, stdout: '', stderr: '' }
  result.code = await runPropane(args, {
    env: { ...process.env, ...env },
    out: text => {
      result.stdout += text
    },
    error: text => {
      result.stderr += text
    },
  })
  return result
}

describe('wrong usage ends with 2 and says what is wrong:', () => {
  test.each([
    [[], /^propane: which application\?/],
    [['a.js', 'b.js'], /^propane: one application, not 2/],
    [['a.js', '--worker', '2'], /^propane: there is no option --worker; did you mean --workers\?/],
    [['a.js', '--workers'], /^propane: --workers needs a value/],
    [['statsu'], /^propane: there is no command statsu; did you mean status\?/],
    [['scale', 'many'], /^propane: scale to how many workers/],
    [['scale', '1e9'], /^propane: scale to how many workers, from 1 to 1024/],
    [['scale', '1025'], /^propane: scale to how many workers/],
    [['scale'], /^propane: scale to how many workers/],
    [
      ['a.js', '--workers', '-1', '--boot-timeout', 'soon'],
      /2 problem\(s\):\n- workers: must be auto or a whole number.*\n- bootTimeoutMs: must be a duration/,
    ],
  ])('%j', async (args, message) => {
    const { code, stderr, stdout } = await run(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
  })
})

describe('failure ends with 1 and one line:', () => {
  test('an application that does not exist', async () => {
    const { code, stderr, stdout } = await runBin(['nowhere.js', '--port', '0'])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^propane: There is no application at \/.*nowhere\.js\. .*\n$/)
  })

  test.each([
    [
      '{"workerz": 2, "bootTimeoutMs": "soon"}',
      {},
      /2 problem\(s\):\n- workerz: .*did you mean workers.*\n- bootTimeoutMs/,
    ],
    ['{bad', {}, /^propane: The configuration file .* cannot be read: /],
    ['{}', { ARLEN_PROPANE_WORKERS: 'many' }, /- workers: must be auto or/],
    [
      '{"workers": "many"}',
      { ARLEN_PROPANE_WORKRES: '2' },
      /2 problem\(s\):\n- ARLEN_PROPANE_WORKRES: no such accessory; did you mean ARLEN_PROPANE_WORKERS\?\n- workers/,
    ],
  ])('a bad configuration %s %j', async (text, env, message) => {
    const config = path.join(temporaryFolder(), 'propane.json')
    writeFileSync(config, text)
    const { code, stderr, stdout } = await run(['app.js', '--config', config], env)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(message)
  })

  test('files that cannot be written, and addresses that cannot be had', async () => {
    const app = fixture('listener.ts')
    const told = async (...args: string[]) => {
      const { code, stderr, stdout } = await runBin([app, '--port', '0', ...args])
      expect([code, stdout]).toEqual([1, ''])
      return stderr
    }
    expect(await told('--log-file', '/nowhere/log')).toMatch(/^propane: The log file \/nowhere\/log cannot be .*\n$/)
    expect(await told('--pid-file', '/nowhere/pid')).toMatch(/^propane: The pid file \/nowhere\/pid cannot be .*\n$/)
    expect(await told('--host', '192.0.2.1')).toMatch(/^propane: Cannot listen on 192\.0\.2\.1:0: .*\n$/)
    expect(await told('--user', 'nobody-here')).toMatch(/^propane: This machine has no user named nobody-here\.\n$/)
  })

  test('a port in use, with its owner', async () => {
    const server = net.createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await new Promise(resolve => server.once('listening', resolve))
    const { port } = server.address() as net.AddressInfo
    const { code, stderr, stdout } = await runBin([fixture('listener.ts'), '--port', String(port)])
    expect([code, stdout]).toEqual([1, ''])
    const owner = process.platform === 'linux' ? ` by process ${process.pid} \\(.+\\)` : '.*'
    expect(stderr).toMatch(new RegExp(`^propane: 127.0.0.1:${port} is already in use${owner}\\. .*\\n$`))
  })

  test('an application that cannot start: its reason in the log, its stack beside it', async () => {
    const { code, stdout, stderr } = await runBin([fixture('throws-at-boot.ts'), '--port', '0', '--workers', '2'])
    const errors = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as { level: string; msg: string; stack?: string })
    expect([code, stderr]).toEqual([1, ''])
    expect(errors.filter(({ level }) => level === 'error')).toEqual([
      expect.objectContaining({ msg: expect.stringMatching(/^no database \(/), stack: expect.stringContaining('at ') }),
    ])
  })

  test('a command when nothing runs', async () => {
    const { code, stderr } = await run(['status'], privateEnv())
    expect(code).toBe(1)
    expect(stderr).toMatch(/^propane: No propane answers at /)
  })
})

test('warns about unknown variables, and ignores those of an orchestrator and those of an application', async () => {
  const own = {
    ARLEN_PROPANE_ACCESSORIES: '{}',
    ARLEN_PROPANE_PORT: 'tcp://10.0.0.1:80',
    ARLEN_PROPANE_SERVICE_HOST: 'a',
  }
  expect(await run(['--print'], own)).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringContaining('port = 3000'),
  })
  const { code, stderr } = await run(['--print'], { ARLEN_PROPANE_FLAVOR_OF_THE_DAY: 'mint' })
  expect([code, stderr]).toEqual([0, 'propane: ARLEN_PROPANE_FLAVOR_OF_THE_DAY: no such accessory\n'])
})

test('prints its settings and its help', async () => {
  const printed = await run(['--print', '--workers', '3'], { ARLEN_PROPANE_DRAIN_TIMEOUT: '7s' })
  expect(printed.code).toBe(0)
  expect(printed.stdout).toContain('workers = 3\n')
  expect(printed.stdout).toContain('drainTimeoutMs = 7000\n')
  expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/)
  const help = await run(['--help'])
  expect(help.stdout).toContain('--idle-window')
})

test('commands a running propane, waits for the outcome, and prints it as text and JSON', async () => {
  const env = privateEnv()
  const app = path.join(temporaryFolder(), 'app.mjs')
  writeFileSync(app, 'export default (req, res) => res.end()')
  const config = path.join(path.dirname(app), 'propane.json')
  writeFileSync(config, '{"propaneAccessories": {"workers": 1}}')
  const bin = new Bin([app, '--port', '0', '--config', config], { env })
  await bin.serving()
  expect((await run(['status'], env)).stdout).toMatch(/1 of 1 workers serve/)
  expect((await run(['scale', '2', app], env)).stdout).toBe('2 workers serve\n')
  expect(await run(['health'], env)).toMatchObject({ code: 0, stdout: '2 of 2 workers serve\n' })
  expect((await run(['reload'], env)).stdout).toBe('reloaded: generation 2\n')
  const status = JSON.parse((await run(['status', '--json'], env)).stdout) as { ok: true; result: PropaneStatus }
  expect(status.result).toMatchObject({ generation: 2, serving: 2, settled: true, reload: { state: 'ok' } })
  writeFileSync(app, 'throw new Error("broken")')
  const failed = await run(['reload'], env)
  expect([failed.code, failed.stdout]).toEqual([1, ''])
  expect(failed.stderr).toMatch(/^propane: The reload failed; the old workers keep serving: broken/)
  expect(JSON.parse((await run(['reload', '--json'], env)).stdout)).toMatchObject({
    ok: false,
    error: { code: 'reload_failed' },
  })
  expect((await run(['metrics'], env)).stdout).toMatch(/^propane_reload_failures_total 2$/m)
  expect((await run(['stop'], env)).stdout).toBe('stopped\n')
  expect(await bin.exit).toBe(0)
})

test('signals: TTIN and TTOU, HUP, INT', async () => {
  const bin = new Bin([fixture('listener.ts'), '--workers', '1', '--port', '0'])
  await bin.serving()
  bin.child.kill('SIGTTIN')
  await bin.line('worker 2 is ready')
  bin.child.kill('SIGTTOU')
  await bin.line('drains: scale_down')
  bin.child.kill('SIGHUP')
  await bin.line('reloaded in')
  bin.child.kill('SIGINT')
  expect(await bin.exit).toBe(0)
})

test('QUIT ends at once, whatever is in flight', async () => {
  const bin = new Bin([fixture('mixed.ts'), '--workers', '1', '--port', '0'])
  const url = await bin.serving()
  const cut = get(`${url}/?ms=60000`).catch((error: NodeJS.ErrnoException) => error.code)
  await get(url)
  bin.child.kill('SIGQUIT')
  expect(await bin.exit).toBe(0)
  expect(await cut).toBe('ECONNRESET')
})

test('USR2 replaces the primary under load without losing a request, with pid file and commands at the new one', async () => {
  const env = privateEnv()
  const pidFile = path.join(temporaryFolder(), 'pid')
  const args = [fixture('mixed.ts'), '--workers', '1', '--port', '0', '--pid-file', pidFile, '--idle-window', '5s']
  const bin = new Bin(args, { env })
  const url = await bin.serving()
  const traffic = new Traffic({
    url,
    clients: 16,
    handlerMs: [5, 200],
    note: body => String(JSON.parse(body).generation),
  })
  await traffic.answered(50)
  bin.child.kill('SIGUSR2')
  const { successor } = await bin.line('has taken over')
  await bin.line('stopped')
  await traffic.answered(100)
  const status = JSON.parse((await run(['status', '--json'], env)).stdout) as { result: PropaneStatus }
  expect(status.result).toMatchObject({ pid: successor, generation: 2, serving: 1 })
  const { lost, bodies } = await traffic.stop()
  expect(lost).toEqual([])
  expect([...bodies.keys()].sort()).toEqual(['1', '2'])
  await run(['stop'], env)
  await bin.exit
})

test('an upgrade that fails leaves everything as it is', async () => {
  const env = privateEnv()
  const app = path.join(temporaryFolder(), 'app.mjs')
  writeFileSync(app, 'export default (req, res) => res.end("old")')
  const bin = new Bin([app, '--workers', '1', '--port', '0'], { env })
  const url = await bin.serving()
  writeFileSync(app, 'throw new Error("broken")')
  const { code, stderr } = await run(['upgrade'], env)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^propane: The primary was not replaced: the new primary ended before it was ready/)
  expect((await get(url)).body).toBe('old')
  expect((await run(['status'], env)).stdout).toContain(`process ${bin.child.pid} running`)
})

test('signals that come before anything is loaded are kept: a stop stops, a reload reloads', async () => {
  const app = fixture('listener.ts')
  const stopped = new Bin([app, '--workers', '1', '--port', '0'])
  await loading(stopped)
  stopped.child.kill('SIGTERM')
  expect(await stopped.exit).toBe(0)
  const reloaded = new Bin([app, '--workers', '1', '--port', '0'])
  await loading(reloaded)
  reloaded.child.kill('SIGHUP')
  await reloaded.line('reloaded in')
})

test('a program that keeps signals from its first line on stops in order, however slowly it loads', async () => {
  const ready = path.join(temporaryFolder(), 'ready')
  const child = spawn(process.execPath, [...SOURCE, fixture('program.ts'), fixture('listener.ts'), ready], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise(resolve => child.once('close', (code, signal) => resolve(signal ?? code)))
  let output = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    output += text
  })
  await until(
    () => existsSync(ready),
    isThere => isThere,
  )
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  expect(output).toContain('stopping')
})

test('a command that is interrupted while it loads ends by the signal', async () => {
  const silent = net.createServer()
  const place = path.join(temporaryFolder(), 'silent.sock')
  await new Promise<void>(resolve => silent.listen(place, resolve))
  onTestFinished(() => void silent.close())
  const bin = new Bin(['status', '--control-socket', place], { env: privateEnv() })
  await loading(bin)
  bin.child.kill('SIGTERM')
  expect(await bin.exit).toBe('SIGTERM')
})

/** Resolves in the moment in which the command has begun to load: its listeners are there, and nothing else. */
async function loading({ child }: Bin): Promise<void> {
  await until(
    () => {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      return BigInt(`0x${/^SigCgt:\s*(\w+)$/m.exec(status)![1]}`)
    },
    caught => (caught & 1n) === 1n, // SIGHUP; Node.js itself listens to SIGTERM,
  )
}

test('responses of another process are printed without escape sequences', async () => {
  const controlSocket = path.join(temporaryFolder(), 'control.sock')
  const server = net.createServer(socket => {
    socket.once('data', () => socket.end('{"ok":false,"error":{"code":"x","message":"\\u001b[2Jgone\\u009b1m"}}\n'))
  })
  onTestFinished(() => void server.close())
  await new Promise<void>(resolve => server.listen(controlSocket, resolve))
  const { code, stderr } = await run(['reload', '--control-socket', controlSocket])
  expect([code, stderr]).toEqual([1, 'propane: \\x1b[2Jgone\\x9b1m\n'])
})
