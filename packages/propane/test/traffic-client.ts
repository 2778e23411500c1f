// Clients in a process of their own, for a network namespace of their own. Prints the tally when it is told to stop.
import { Traffic } from './traffic.ts'

const [url = '', clients = '16', ...handlerMs] = process.argv.slice(2)
const traffic = new Traffic({ url, clients: Number(clients), handlerMs: handlerMs.map(Number) })
await traffic.answered(1)
process.stdout.write('running\n')
process.once('SIGTERM', async () => {
  const { answered, lost, statuses } = await traffic.stop()
  process.stdout.write(`${JSON.stringify({ answered, lost, statuses })}\n`)
})
