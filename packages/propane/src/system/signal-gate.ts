type Signals = 'SIGTERM' | 'SIGINT'

let handlers: Readonly<Record<Signals, () => void>> | undefined
let installed = false

/**
 * Prepares `process.emit` for {@link gateSignals}. Call it before anything listens to a signal: Node.js binds the function
 * that emits a signal when the first listener is added.
 */
export function installSignalGate(): void {
  if (installed) return
  installed = true
  const { emit } = process as NodeJS.EventEmitter
  ;(process as NodeJS.EventEmitter).emit = function gated(this: unknown, event, ...args) {
    const handler = handlers !== undefined && Object.hasOwn(handlers, event) ? handlers[event as Signals] : undefined
    if (!handler) return Reflect.apply(emit, this, [event, ...args]) as boolean
    handler()
    return true
  }
}

/**
 * From now on, these handlers get SIGTERM and SIGINT instead of the application's own listeners, which would otherwise end
 * a process that still has requests to answer. {@link deliverSignal} calls the listeners when it is time.
 */
export function gateSignals(gated: Readonly<Record<Signals, () => void>>): void {
  installSignalGate()
  handlers = gated
  // While there is a listener, Node.js does not end the process by itself.
  for (const name of Object.keys(gated)) process.on(name, keepAlive)
}

const keepAlive = () => undefined

function listenersOf(name: Signals) {
  return process.rawListeners(name).filter(listener => listener !== keepAlive)
}

/** The signal that the application listens to: SIGTERM if to both, because one function usually handles both. */
export function expectedSignal(): Signals | undefined {
  return (['SIGTERM', 'SIGINT'] as const).find(name => listenersOf(name).length > 0)
}

/** Calls the application's listeners, as Node.js would. */
export function deliverSignal(name: Signals): void {
  const number = process.getBuiltinModule('node:os').constants.signals[name]
  for (const listener of listenersOf(name)) Reflect.apply(listener, process, [name, number])
}
