import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Container } from './container.ts'

const ROOT = join(import.meta.dirname, '../..')
const NODE = [process.execPath, '--conditions=@arlen/source', '--disable-warning=ExperimentalWarning']
const TRAFFIC = join(ROOT, 'packages/propane/test/traffic-client.ts')

/** What became of the requests of clients. */
export interface Tally {
  answered: number
  lost: { what: string; error: string }[]
  statuses: Record<number, number>
}

/** Clients that send one request after the other until they are stopped: half keep their connection, half open one for each. */
export class Clients {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  }

  /** Starts them, and resolves when the first has had an answer. `container`: in its network instead of this machine's. */
  static async start(
    url: string,
    count: number,
    handlerMs: readonly number[],
    container?: Container,
  ): Promise<Clients> {
    const command = [...NODE, TRAFFIC, url, String(count), ...handlerMs.map(String)]
    const child = container
      ? container.beside(command)
      : spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] })
    const clients = new Clients(child)
    await clients.#line()
    return clients
  }

  /** Stops them, and resolves with what became of their requests. */
  async stop(): Promise<Tally> {
    this.#child.kill('SIGTERM')
    return JSON.parse(await this.#line()) as Tally
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next()
    if (done) throw new Error('the clients ended')
    return value
  }
}

/** The status of an answer, as a kubelet asks for it; 0 without one. */
export async function probe(container: Container, port: number, path: string): Promise<number> {
  const script = `fetch('http://127.0.0.1:${port}${path}').then(r => console.log(r.status), () => console.log(0))`
  const child = container.beside([process.execPath, '-e', script])
  let output = ''
  child.stdout!.setEncoding('utf8').on('data', text => (output += text))
  await new Promise(resolve => child.once('close', resolve))
  return Number(output)
}
