/** The effect of a signal to the primary. */
export type SignalAction = 'stop' | 'quit' | 'reload' | 'scale_up' | 'scale_down' | 'reopen_logs' | 'upgrade'

/** The table of signals. A test compares `docs/propane.md` with it. */
export const SIGNALS: Readonly<Partial<Record<NodeJS.Signals, { action: SignalAction; doc: string }>>> = {
  SIGTERM: { action: 'stop', doc: 'Graceful stop: answers requests in flight, then exits with 0.' },
  SIGINT: { action: 'stop', doc: 'Graceful stop; a second one stops immediately.' },
  SIGQUIT: { action: 'quit', doc: 'Immediate stop: kills the workers.' },
  SIGHUP: { action: 'reload', doc: 'Rolling reload: new code, env file and accessories, without losing a request.' },
  SIGUSR1: { action: 'reopen_logs', doc: 'Reopens the log file, after log rotation.' },
  SIGUSR2: {
    action: 'upgrade',
    doc: 'Replaces the primary itself, with a new version of propane or Node.js, without downtime.',
  },
  SIGTTIN: { action: 'scale_up', doc: 'Adds a worker.' },
  SIGTTOU: { action: 'scale_down', doc: 'Removes a worker, down to one.' },
}
