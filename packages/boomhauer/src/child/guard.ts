/**
 * Runs in a thread of the application's process. Kills the process and its children as soon as the supervisor is gone, and
 * reports the location of the main thread if the application does not return, while it starts or in a request. It is a separate thread because the main thread may
 * be in an endless loop.
 */
import { Session } from 'node:inspector'
import { Socket } from 'node:net'
import { workerData } from 'node:worker_threads'
import { isInstalled, toPath } from '@arlen/core/stack'
import { LIFELINE_FD, sayLastWords } from './last-words.ts'

/** Two numbers shared with the main thread: how often it became idle, and whether it has begun to run the application. */
const [HEARTBEATS, RUNNING] = [0, 1] as const
const LOOK_MS = 250
/** How long the main thread may be busy without becoming idle before its location is reported. */
const STUCK_MS = 2_000
/** Processor time that it must have used by then: if the machine does not let it run, it is not busy. */
const USED_MS = 500

const { shared, root } = workerData as { shared: SharedArrayBuffer; root: string }
const state = new Int32Array(shared)

new Socket({ fd: LIFELINE_FD, readable: true, writable: false }).resume().once('close', () => {
  process.kill(-process.pid, 'SIGKILL')
})

let heartbeats = -1
let restedAt = performance.now()
let usedBefore = 0
let told = false
setInterval(() => {
  const { user, system } = process.cpuUsage()
  const usedMs = (user + system) / 1_000
  const now = Atomics.load(state, HEARTBEATS)
  if (now !== heartbeats || Atomics.load(state, RUNNING) === 0) {
    heartbeats = now
    restedAt = performance.now()
    usedBefore = usedMs
    told = false
  }
  if (told || performance.now() - restedAt < STUCK_MS || usedMs - usedBefore < USED_MS) return
  told = true
  locateMainThread()
}, LOOK_MS)

/** Stops the main thread for a moment and reports the innermost call of the application. */
function locateMainThread(): void {
  const session = new Session()
  const scripts = new Map<string, string>()
  session.connectToMainThread()
  session.on('Debugger.scriptParsed', ({ params }) => scripts.set(params.scriptId, toPath(params.url)))
  session.on('Debugger.paused', ({ params }) => {
    const frames = params.callFrames.map(({ location: { scriptId, lineNumber, columnNumber = 0 } }) => {
      return { file: scripts.get(scriptId) ?? '', line: lineNumber + 1, column: columnNumber + 1 }
    })
    const own = frames.find(({ file }) => file.startsWith(`${root}/`) && !isInstalled(file.slice(root.length)))
    session.post('Debugger.resume')
    session.disconnect()
    if (own) sayLastWords({ type: 'stuck', at: own })
  })
  session.post('Debugger.enable')
  session.post('Debugger.pause')
}
