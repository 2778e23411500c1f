import { installSignalGate } from '../system/signal-gate.ts'

/**
 * Signals that arrive while the command is still loading, when Node.js would exit at the first one. They are kept until it is
 * known what they are for.
 */
const NAMES: readonly NodeJS.Signals[] = [
  'SIGTERM',
  'SIGINT',
  'SIGQUIT',
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
  'SIGTTIN',
  'SIGTTOU',
]

const kept: NodeJS.Signals[] = []
const keep = (signal: NodeJS.Signals) => void kept.push(signal)
let keeping = false

/**
 * Keeps signals that arrive from now on until they are handled, as `serve()` and `runPropane()` do. Without it, a signal that arrives
 * while a program loads ends it. Call it before anything else is loaded.
 */
export function keepSignals(): void {
  if (keeping) return
  keeping = true
  installSignalGate()
  for (const name of NAMES) process.on(name, keep)
}

/** Stops keeping signals, once others listen, and returns those kept, in order. */
export function takeSignals(): NodeJS.Signals[] {
  for (const name of NAMES) process.off(name, keep)
  keeping = false
  return kept.splice(0)
}

/** Stops keeping signals if there are no other listeners: those kept take their usual effect. */
export async function releaseSignals(): Promise<void> {
  if (!keeping) return
  // A signal that has arrived becomes an event in the next turn of the event loop.
  await new Promise(resolve => setImmediate(resolve))
  for (const signal of takeSignals()) process.kill(process.pid, signal)
}
