import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { BIN } from './bin.ts'
import { fixture, get, SOURCE, start, temporaryFolder } from './helpers.ts'

/** `script` of util-linux runs a command in a pseudo-terminal. */
const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true
const [ENTER, LEAVE, REDRAW] = ['\x1b[?1049h\x1b[?25l', '\x1b[?25h\x1b[?1049l', '\x1b[H\x1b[J']

class Terminal {
  readonly #child: ChildProcess
  text = ''
  readonly exit: Promise<number | null>

  constructor(...args: string[]) {
    const command = [process.execPath, ...SOURCE, BIN, ...args].map(word => `'${word}'`).join(' ')
    this.#child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'])
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.text += text
    })
    this.exit = new Promise(resolve => this.#child.once('close', resolve))
    onTestFinished(() => void this.#child.kill('SIGKILL'))
  }

  type(keys: string): void {
    this.#child.stdin!.write(keys)
  }

  /** Resolves when it has drawn this often. */
  async frames(count: number): Promise<string[]> {
    for (;;) {
      const frames = this.text.split(REDRAW).slice(1)
      if (frames.length > count) return frames.slice(0, count)
      if (this.#child.exitCode !== null) throw new Error(`it ended: ${this.text}`)
      await new Promise(resolve => this.#child.stdout!.once('data', resolve))
    }
  }
}

async function running() {
  const controlSocket = path.join(temporaryFolder(), 'control.sock')
  const handle = await start({ app: fixture('mixed.ts'), workers: 2, controlSocket, heartbeatIntervalMs: 100 })
  return { handle, arguments: ['top', '--control-socket', controlSocket] }
}

test.skipIf(!hasScript).each([
  ['q', 'q'],
  ['Ctrl-C', '\x03'],
])('top draws in place on a terminal, with what happens between frames, until %s (needs script)', async (_, key) => {
  const { handle, arguments: args } = await running()
  const terminal = new Terminal(...args)
  const [first] = await terminal.frames(1)
  expect(first).toMatch(/worker +pid +gen +state/)
  expect(first!.match(/serving/g)).toHaveLength(2)
  for (let count = 0; count < 40; count++) await get(handle.url)
  const frames = await terminal.frames(4)
  expect(frames.some(frame => /serving.* [1-9]\d*(\.\d+)? .*ms/.test(frame))).toBe(true)
  terminal.type(key)
  expect(await terminal.exit).toBe(0)
  // The screen is as it was before, with its cursor.
  expect(terminal.text.startsWith(ENTER)).toBe(true)
  expect(terminal.text.endsWith(LEAVE)).toBe(true)
})

test.skipIf(!hasScript)('top gives the screen back and ends with 1 when propane ends (needs script)', async () => {
  const { handle, arguments: args } = await running()
  const terminal = new Terminal(...args)
  await terminal.frames(1)
  await handle.stop()
  expect(await terminal.exit).toBe(1)
  expect(terminal.text).toContain(LEAVE)
  expect(terminal.text.split(LEAVE)[1]).toContain('No propane answers')
})

test('without a terminal, top prints one status after the other and no control sequences', async () => {
  const { arguments: args } = await running()
  const child = spawn(process.execPath, [...SOURCE, BIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  const twice = new Promise<void>(resolve => {
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (text.match(/worker +pid/g)?.length === 2) resolve()
    })
  })
  await twice
  child.kill('SIGINT')
  expect(await new Promise(resolve => child.once('close', resolve))).toBe(0)
  expect(text).not.toContain('\x1b')
})
