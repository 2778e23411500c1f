import type { Mode } from './arguments.ts'
import type { Reported } from './terminal.ts'

type Write = (document: object) => void

/** Writes each event as a document. What the application has, its routes and settings, is left to `--print-routes` and the panel. */
export function reportEvents(server: Reported, write: Write): void {
  server.on('building', event => write({ event: 'building', ...event }))
  server.on('ready', ({ build, ms, warnings }) => write({ event: 'ready', build, ms, warnings }))
  for (const event of ['failed', 'crashed', 'notice', 'typechecked', 'reloaded', 'waiting', 'polling'] as const) {
    server.on(event, (details: object) => write({ event, ...details }))
  }
}

/** Writes the outcome of the first build as the only document. */
export function reportOutcome(server: Reported, mode: Mode, write: Write): void {
  server.once('failed', ({ ms, problem }) => write({ ok: false, ms, problem }))
  server.once('ready', ({ ms, warnings, info }) => {
    write(mode === 'print-routes' ? (info.routes ?? []) : { ok: true, ms, warnings })
  })
}
