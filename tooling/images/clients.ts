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

/** Starts clients in the network of a container: half of them keep their connection, half open one for each request. */
export async function clientsOf(
  container: Container,
  port: number,
  count: number,
  handlerMs: readonly number[],
): Promise<{ stop: () => Promise<Tally> }> {
  const url = `http://127.0.0.1:${port}`
  const child = container.beside([...NODE, TRAFFIC, url, String(count), ...handlerMs.map(String)])
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const line = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error('the clients ended')
    return value as string
  }
  await line() // running
  return {
    stop: async () => {
      child.kill('SIGTERM')
      return JSON.parse(await line()) as Tally
    },
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
