/** What a signal to the primary does. */
export type SignalAction = 'stop' | 'quit' | 'reload' | 'scale_up' | 'scale_down' | 'reopen_logs' | 'upgrade'

/** The one table of signals; `docs/propane.md` is held to it. */
export const SIGNALS: Readonly<Partial<Record<NodeJS.Signals, { action: SignalAction; doc: string }>>> = {
  SIGTERM: { action: 'stop', doc: 'Graceful stop: requests in flight are answered, then exit 0.' },
  SIGINT: { action: 'stop', doc: 'Graceful stop; a second one stops at once.' },
  SIGQUIT: { action: 'quit', doc: 'Stop at once: workers are killed.' },
  SIGHUP: { action: 'reload', doc: 'Rolling reload: new code, env file and accessories, without losing a request.' },
  SIGUSR1: { action: 'reopen_logs', doc: 'Open the log file again, after it was rotated away.' },
  SIGUSR2: {
    action: 'upgrade',
    doc: 'Replace the primary itself, with new code of propane and Node.js, without a gap.',
  },
  SIGTTIN: { action: 'scale_up', doc: 'One worker more.' },
  SIGTTOU: { action: 'scale_down', doc: 'One worker less, down to one.' },
}
