import { spawnSync } from 'node:child_process'
import net from 'node:net'
import { must } from './store.ts'

let count = 0

/**
 * Machines without any: network namespaces, each connected to this one. What runs in a machine is reached at its address; what it
 * reaches is forwarded from the address of its gateway, as nothing else of this machine is open to it.
 */
export class Network {
  readonly machines: readonly Machine[]
  readonly #forwarders: net.Server[] = []
  readonly #sockets = new Set<net.Socket>()

  private constructor(machines: readonly Machine[]) {
    this.machines = machines
  }

  static async create(names: readonly string[]): Promise<Network> {
    const machines = names.map((name, index): Machine => {
      // Of a block that is reserved for benchmarks (RFC 2544), by our process id: others may do the same here.
      const block = `198.${18 + (process.pid % 2)}.${(process.pid >> 1) % 256}`
      const base = 4 * index
      return {
        namespace: `arlen-${process.pid}-${name}-${++count}`,
        address: `${block}.${base + 2}`,
        gateway: `${block}.${base + 1}`,
      }
    })
    const network = new Network(machines)
    try {
      for (const [index, machine] of machines.entries())
        await connect(machine, `arl${process.pid % 1_000_000}x${index}${++count}`)
      return network
    } catch (error) {
      await network.close()
      throw error
    }
  }

  /** Makes a port of this machine's loopback address available to all machines, under another number. */
  async forward(port: number, to: number): Promise<void> {
    for (const { gateway } of this.machines) {
      const server = net.createServer(client => {
        const target = net.connect(to, '127.0.0.1')
        for (const socket of [client, target]) {
          this.#sockets.add(socket)
          socket
            .on('error', () => undefined)
            .on('close', () => {
              this.#sockets.delete(socket)
              client.destroy()
              target.destroy()
            })
        }
        client.pipe(target).pipe(client)
      })
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, gateway, resolve))
      this.#forwarders.push(server)
    }
  }

  async close(): Promise<void> {
    for (const server of this.#forwarders) server.close()
    for (const socket of this.#sockets) socket.destroy()
    for (const { namespace } of this.machines) spawnSync('ip', ['netns', 'delete', namespace])
  }
}

export interface Machine {
  /** The name of its network namespace. */
  namespace: string
  /** Where it is reached. */
  address: string
  /** Where it reaches what is forwarded to it. */
  gateway: string
}

async function connect({ namespace, address, gateway }: Machine, link: string): Promise<void> {
  const ip = (...args: string[]) => must('ip', args)
  await ip('netns', 'add', namespace)
  await ip('-n', namespace, 'link', 'set', 'dev', 'lo', 'up')
  await ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace)
  await ip('address', 'add', `${gateway}/30`, 'dev', link)
  await ip('link', 'set', 'dev', link, 'up')
  await ip('-n', namespace, 'address', 'add', `${address}/30`, 'dev', 'eth0')
  await ip('-n', namespace, 'link', 'set', 'dev', 'eth0', 'up')
}
