import { type DebugLogger, debuglog } from 'node:util'

/** NODE_DEBUG=arlen:http prints the traffic of every connection; without it, nothing is inspected. */
const trace: DebugLogger = debuglog('arlen:http')

export const isTracing: boolean = trace.enabled

export function traceBytes(direction: '<' | '>', peer: string | undefined, bytes: Uint8Array | string): void {
  const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1')
  const shown = text.length > 2000 ? `${text.slice(0, 2000)}… (${text.length} bytes)` : text
  trace('%s %s %s', direction, peer ?? 'local', JSON.stringify(shown))
}
