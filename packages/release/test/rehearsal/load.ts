// Clients of the load balancers, in a process of their own. Prints a tally of what became of each request when it is told to stop.
import { Agent, request } from 'node:http'

const [method = 'GET', count = '8', ...addresses] = process.argv.slice(2)
const tally = { answered: 0, lost: {} as Record<string, number>, slowestMs: 0 }
let isStopping = false

process.once('SIGTERM', () => {
  isStopping = true
})

await Promise.all(Array.from({ length: Number(count) }, (_, index) => client(index)))
process.stdout.write(`${JSON.stringify(tally)}\n`)

/** One request after the other; every other client opens a new connection for each. */
async function client(index: number): Promise<void> {
  const agent = index % 2 === 0 ? new Agent({ keepAlive: true, maxSockets: 1 }) : false
  const address = addresses[index % addresses.length]!
  while (!isStopping) {
    const began = performance.now()
    const outcome = await ask(address, agent).catch((error: NodeJS.ErrnoException) => error.code ?? error.message)
    tally.slowestMs = Math.max(tally.slowestMs, Math.round(performance.now() - began))
    if (outcome === 200) {
      if (tally.answered++ === 0) process.stdout.write('running\n')
    } else {
      const what = `${address} ${outcome}`
      tally.lost[what] = (tally.lost[what] ?? 0) + 1
    }
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  if (agent) agent.destroy()
}

function ask(address: string, agent: Agent | false): Promise<number> {
  return new Promise((resolve, reject) => {
    request(address, { agent, method }, response => {
      response.on('end', () => resolve(response.statusCode!))
      response.on('error', reject)
      response.resume()
    })
      .on('error', reject)
      .end(method === 'POST' ? 'x'.repeat(2000) : undefined)
  })
}
