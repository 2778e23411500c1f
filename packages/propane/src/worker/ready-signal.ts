/**
 * Resolves when the application calls `process.send('ready')`, as programs written for pm2 do. Call it before the
 * application is loaded. A single process has no channel; for it, this gives the application a `process.send`.
 */
export function readySignal(): Promise<void> {
  const { send } = process
  return new Promise(resolve => {
    process.send = ((message: unknown, ...rest: unknown[]) => {
      if (message === 'ready') resolve()
      return send ? (Reflect.apply(send, process, [message, ...rest]) as boolean) : true
    }) as NonNullable<typeof process.send>
  })
}
