import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export interface RunRequest {
  file: string
  env: Readonly<Record<string, string>>
}

export interface FileResult {
  passed: boolean
  /** The first error. */
  failure: string
  ms: number
}

/** A `test-server.ts` in its own process group, started on demand and restarted after it had to be killed. */
export class TestRunner {
  readonly #tree: string
  readonly #testTimeoutMs: number
  #server: ChildProcess | undefined

  /** @param testTimeoutMs - time limit for one test; hooks may take twice as long */
  constructor(tree: string, testTimeoutMs: number) {
    this.#tree = tree
    this.#testTimeoutMs = testTimeoutMs
  }

  /** Runs one test file. A file that does not end in time has failed. */
  async run(request: RunRequest, deadlineMs: number): Promise<FileResult> {
    this.#server ??= await this.#start()
    const server = this.#server
    const start = performance.now()
    return new Promise(resolve => {
      const done = (result: FileResult, alive: boolean) => {
        clearTimeout(timer)
        server.removeAllListeners()
        if (!alive) this.stop()
        resolve(result)
      }
      const failed = (failure: string) => ({ passed: false, failure, ms: performance.now() - start })
      const timer = setTimeout(() => done(failed(`did not end in ${deadlineMs} ms`), false), deadlineMs)
      server.once('message', result => done(result as FileResult, true))
      server.once('exit', code => done(failed(`the runner ended with ${code}`), false))
      server.send(request)
    })
  }

  async #start(): Promise<ChildProcess> {
    const server = fork(join(this.#tree, 'tooling/mutation/test-server.ts'), {
      cwd: this.#tree,
      env: {
        ...process.env,
        VITEST_SETUP: join(this.#tree, 'tooling/mutation/name-test.ts'),
        TEST_TIMEOUT_MS: String(this.#testTimeoutMs),
      },
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    await once(server, 'message')
    return server
  }

  /** Ends the server and everything that its tests have left running. */
  stop(): void {
    const pid = this.#server?.pid
    this.#server = undefined
    if (pid === undefined) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // it has ended
    }
  }
}
