const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs work that leaves something to clean up. A signal that would end this process aborts the work instead, and ends the process once
 * the work has cleaned up; a second signal ends it at once. A program that handles a signal itself decides what follows from it.
 *
 * @param work - is given what is aborted then
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  let received: NodeJS.Signals | undefined
  const forget = () => {
    for (const name of SIGNALS) process.off(name, onSignal)
  }
  const end = (name: NodeJS.Signals) => {
    forget()
    if (process.listenerCount(name) === 0) process.kill(process.pid, name)
  }
  const onSignal = (name: NodeJS.Signals) => {
    if (received !== undefined) return end(name)
    received = name
    controller.abort(new Error(`interrupted by ${name}`))
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  try {
    return await work(controller.signal)
  } finally {
    forget()
    if (received !== undefined) end(received)
  }
}
