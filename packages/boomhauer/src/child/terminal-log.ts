import { subscribe } from 'node:diagnostics_channel'
import type { Diagnostic } from '@arlen/core'
import { type Redact, renderDiagnosticsText } from '@arlen/error-report'
import type { LogEvent } from './log-line.ts'

export interface TerminalLogOptions {
  report: (error: unknown) => Diagnostic[]
  redact: Redact
  write: (text: string) => void
  color: boolean
  /** Whether the application's log is text for people, and not silent. */
  isWanted: () => boolean
}

const LEVELS = new Set(['warn', 'error', 'fatal'])

/**
 * Prints errors that the application logs as the pages show them: with the source, the calls of packages folded and secrets redacted,
 * instead of a bare stack trace.
 */
export function printLoggedErrors(options: TerminalLogOptions): void {
  subscribe('arlen:log', message => {
    const event = message as LogEvent
    const [fields, text] = event.args
    const error = fields instanceof Error ? fields : (fields as { err?: unknown } | undefined)?.err
    if (error === undefined || !LEVELS.has(event.level) || !options.isWanted()) return
    event.handled = true
    options.write(formatError({ event, fields, text, error }, options))
  })
}

interface LoggedError {
  event: LogEvent
  fields: unknown
  text: unknown
  error: unknown
}

function formatError(
  { event, fields, text, error }: LoggedError,
  { report, redact, color }: TerminalLogOptions,
): string {
  const { err: _, ...rest } = { ...event.bindings, ...(fields instanceof Error ? {} : (fields as object)) } as Record<
    string,
    unknown
  >
  const facts = Object.entries(rest).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null ? [] : [`${name}=${String(value)}`],
  )
  const line = [new Date().toTimeString().slice(0, 8), event.level.padEnd(5), String(text ?? ''), ...facts].join(' ')
  return `${redact(line).replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd')}\n\n${renderDiagnosticsText(report(error), { color })}\n\n`
}
