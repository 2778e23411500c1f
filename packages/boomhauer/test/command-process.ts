import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { TestFolder } from './support.ts'

const BIN = fileURLToPath(new URL('../src/bin.ts', import.meta.url))

/** The `boomhauer` command in a process of its own, which ends with the test. */
export class Command {
  readonly process: ChildProcess
  readonly #closed: Promise<unknown[]>
  output = ''

  constructor(folder: TestFolder, args: readonly string[], stdin: 'ignore' | 'pipe' = 'ignore') {
    const env = { ...process.env, NODE_ENV: undefined, ARLEN_ENV: undefined, FORCE_COLOR: undefined }
    const argv = ['--conditions=@arlen/source', BIN, '--port', '0', ...args]
    this.process = spawn(process.execPath, argv, { cwd: folder.root, env, stdio: [stdin, 'pipe', 'pipe'] })
    this.#closed = once(this.process, 'close')
    for (const stream of [this.process.stdout!, this.process.stderr!]) {
      stream.on('data', chunk => {
        this.output += chunk
        this.process.emit('output')
      })
    }
    onTestFinished(async () => {
      this.process.kill('SIGINT')
      await this.#closed
    })
  }

  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output)
      if (found) return found
      await once(this.process, 'output')
    }
  }

  async port(): Promise<number> {
    return Number((await this.until(/boomhauer at http:\/\/localhost:(\d+)/))[1])
  }

  /** Resolves with the exit code when all of the output has been read. */
  async exit(): Promise<number | null> {
    return (await this.#closed)[0] as number | null
  }
}
