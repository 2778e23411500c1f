import { sendCommand } from '../control/control-client.ts'
import { formatTop } from '../control/format-top.ts'
import type { PropaneStatus } from '../observation/status.ts'

/** How often it asks. */
const INTERVAL_MS = 1000

/** The alternate screen of a terminal, without a cursor; and back (xterm's control sequences). */
const [ENTER, LEAVE] = ['\x1b[?1049h\x1b[?25l', '\x1b[?25h\x1b[?1049l']
/** To the top left, and clear everything below. */
const REDRAW = '\x1b[H\x1b[J'

export interface WatchOptions {
  /** Path of the control socket. */
  path: string
  json: boolean
  /** Writes text from a running propane, made safe for a terminal. */
  print: (text: string) => void
  /** Writes control sequences; undefined if the output is not a terminal. */
  control?: ((sequence: string) => void) | undefined
}

/**
 * `propane top`: shows the status again and again, in place on a terminal, otherwise one after the other. Resolves when it is
 * interrupted (Ctrl-C or `q`); rejects when propane has ended.
 */
export async function watchStatus({ path, json, print, control }: WatchOptions): Promise<void> {
  const interrupted = interruption()
  control?.(ENTER)
  try {
    let before: PropaneStatus | undefined
    for (;;) {
      const status = (await sendCommand(path, { command: 'status' })) as PropaneStatus
      control?.(REDRAW)
      if (json) print(`${JSON.stringify(status)}\n`)
      else print(`${formatTop(status, before)}${control ? '' : '\n'}`)
      before = status
      if (await interrupted.within(INTERVAL_MS)) return
    }
  } finally {
    control?.(LEAVE)
    interrupted.release()
  }
}

/** Watches for Ctrl-C, SIGTERM and the key `q`. */
function interruption() {
  const { promise, resolve } = Promise.withResolvers<true>()
  const stop = () => resolve(true)
  const onKey = (keys: Buffer) => {
    if (/[q\x03]/i.test(String(keys))) stop()
  }
  const { stdin } = process
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, stop)
  if (stdin.isTTY) stdin.setRawMode(true).on('data', onKey)
  return {
    within: (ms: number) => Promise.race([promise, new Promise<false>(done => setTimeout(done, ms, false))]),
    release: () => {
      for (const name of ['SIGINT', 'SIGTERM']) process.off(name, stop)
      if (stdin.isTTY) stdin.setRawMode(false).off('data', onKey).pause()
    },
  }
}
