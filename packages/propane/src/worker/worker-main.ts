// The entry point of a worker process. Its options arrive in the environment and are removed before the application loads.

import type { WorkerOptions } from '../protocol.ts'
import { envelope, type FromWorker, toWorker } from '../protocol.ts'
import { become } from '../system/identities.ts'
import type { ServerHandle } from '../system/listening-socket.ts'
import { gateSignals } from '../system/signal-gate.ts'
import { explainError } from './explain-error.ts'
import { type Channel, Worker } from './worker.ts'

const workerOptions = JSON.parse(process.env.PROPANE_WORKER_OPTIONS ?? '{}') as WorkerOptions
delete process.env.PROPANE_WORKER_OPTIONS
process.title = workerOptions.title
process.argv.splice(1, process.argv.length, workerOptions.app, ...workerOptions.args) // as if Node.js ran it alone

if (workerOptions.umask !== undefined) process.umask(Number.parseInt(workerOptions.umask, 8))

const channel: Channel = {
  shares: true,
  say(message) {
    // Sending fails only if the primary is gone, which `disconnect` handles.
    if (process.connected) process.send?.(envelope<FromWorker>(message), undefined, undefined, () => undefined)
  },
  listen(onMessage) {
    process.on('message', (value, handle) => {
      const message = toWorker(value)
      if (message) onMessage(message, handle as unknown as ServerHandle | undefined)
    })
  },
  hold(on) {
    if (on) process.channel?.ref()
    else process.channel?.unref()
  },
}

// An application that disconnects the channel cuts its worker off from the primary, so tell the primary first, for the log.
// Node.js also calls this when the primary is gone.
const { disconnect } = process
if (disconnect) {
  process.disconnect = () => {
    channel.say({ type: 'disconnects' })
    disconnect.call(process)
  }
}

const report = (error: unknown) => channel.say({ type: 'failed', ...explainError(error, workerOptions.app) })
try {
  become(workerOptions.identity ?? {})
} catch (error) {
  report(error)
  process.exit(1)
}
const worker = new Worker(workerOptions, channel)

// The primary is gone: free the port for the next one.
process.on('disconnect', () => void worker.drain(1500, 500))
// A terminal sends SIGINT and SIGHUP to the whole process group; the primary decides what to do.
process.on('SIGHUP', () => undefined)
gateSignals({
  SIGINT: () => undefined,
  SIGTERM: () => (worker.serves ? void worker.drain() : process.exit(0)),
})
// An uncaught error ends the process as usual. While it boots, the primary also gets the reason.
process.on('uncaughtExceptionMonitor', report)

worker.boot().then(
  () => process.off('uncaughtExceptionMonitor', report),
  error => {
    report(error)
    process.exit(1)
  },
)
