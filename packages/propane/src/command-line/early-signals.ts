/**
 * Signals that come while the command is still loading: Node.js would end at the first of them. They are kept until it is
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

/** Keeps signals from now on. To be called before anything else is loaded. */
export function keepSignals(): void {
  keeping = true
  for (const name of NAMES) process.on(name, keep)
}

/** Ends the keeping, once others listen; those that came meanwhile, in their order. */
export function takeSignals(): NodeJS.Signals[] {
  for (const name of NAMES) process.off(name, keep)
  keeping = false
  return kept.splice(0)
}

/** Ends the keeping where nobody else listens: what came has its usual effect. */
export async function releaseSignals(): Promise<void> {
  if (!keeping) return
  // A signal that has arrived becomes an event in the next turn of the event loop.
  await new Promise(resolve => setImmediate(resolve))
  for (const signal of takeSignals()) process.kill(process.pid, signal)
}
