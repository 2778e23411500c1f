// What a worker process runs. Its options come in the environment, and are taken out of it before the application looks.

import type { WorkerOptions } from '../protocol.ts'
import { envelope, type FromWorker, toWorker } from '../protocol.ts'
import { become } from '../system/identities.ts'
import type { ServerHandle } from '../system/listening-socket.ts'
import { explainError } from './explain-error.ts'
import { type Channel, Worker } from './worker.ts'

const workerOptions = JSON.parse(process.env.PROPANE_WORKER_OPTIONS ?? '{}') as WorkerOptions
delete process.env.PROPANE_WORKER_OPTIONS
process.argv.splice(1, process.argv.length, workerOptions.app, ...workerOptions.args) // as if Node.js ran it alone

if (workerOptions.umask !== undefined) process.umask(Number.parseInt(workerOptions.umask, 8))

const channel: Channel = {
  say(message) {
    // What cannot be sent is for a primary that is gone: `disconnect` says so.
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

// An application that cuts the channel cuts its worker off from the primary: it is told first, for the log. Node.js calls
// this too when the primary is gone.
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

// The primary is gone: whoever comes next wants the port.
process.on('disconnect', () => void worker.drain(1500, 500))
// A terminal sends these to the whole process group; what becomes of them is for the primary to say.
process.on('SIGINT', () => undefined)
process.on('SIGHUP', () => undefined)
process.on('SIGTERM', () => (worker.serves ? void worker.drain() : process.exit(0)))
// An error that nobody catches ends the process as ever; while it boots, the primary is told the reason too.
process.on('uncaughtExceptionMonitor', report)

worker.boot().then(
  () => process.off('uncaughtExceptionMonitor', report),
  error => {
    report(error)
    process.exit(1)
  },
)
