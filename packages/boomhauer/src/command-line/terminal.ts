import type { EventEmitter } from 'node:events'
import { relative } from 'node:path'
import { styleText } from 'node:util'
import type { Diagnostic } from '@arlen/core'
import { renderDiagnosticsText } from '@arlen/error-report'
import type { BoomhauerEvents } from '../boomhauer.ts'
import type { Settings } from '../options.ts'

/** The first attempt is nearer than this. */
const TOLD_BELOW_MS = 1_500

const RELOADED = { styles: 'styles swapped', reload: 'pages reloaded', templates: 'templates changed' } as const

export interface TerminalOptions {
  write: (line: string) => void
  /** Default: false. */
  color?: boolean
}

/** The part of a server whose events are printed. */
export type Reported = EventEmitter<BoomhauerEvents> & { settings: Pick<Settings, 'root'> }

/** Prints one line per build, and failures with their source. */
export function report(server: Reported, { write, color = false }: TerminalOptions): void {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    color && text !== '' ? styleText(style, text, { validateStream: false }) : text
  const files = (paths: readonly string[]) => {
    const names = paths.slice(0, 3).map(path => relative(server.settings.root, path))
    return names.length === 0 ? '' : `  ${names.join(', ')}${paths.length > 3 ? ` and ${paths.length - 3} more` : ''}`
  }
  let changed: readonly string[] = []
  let lastFailure = ''
  server.on('building', ({ paths }) => {
    changed = paths
  })
  server.on('ready', ({ ms }) => {
    lastFailure = ''
    write(`${paint('green', 'ready')} in ${Math.round(ms)} ms${paint('gray', files(changed))}`)
  })
  server.on('failed', ({ ms, problem }) => {
    const text = renderDiagnosticsText(problem.diagnostics ?? [], { color, limit: 3 })
    write(`${paint('red', 'failed')} in ${Math.round(ms)} ms${paint('gray', files(changed))}`)
    // The same failure again, after an unrelated save, is not printed twice.
    if (text !== lastFailure) write(`\n${text}\n`)
    lastFailure = text
  })
  server.on('waiting', ({ inMs }) => {
    // Further attempts become less and less frequent, and are not reported.
    if (inMs < TOLD_BELOW_MS)
      write(paint('gray', 'trying again by itself, and when a page is asked for; r tries at once'))
  })
  server.on('crashed', ({ problem }) => {
    write(`${paint('red', 'crashed')}\n\n${renderDiagnosticsText(problem.diagnostics ?? [], { color, limit: 3 })}\n`)
  })
  const told = new Map<string, string>()
  server.on('notice', ({ id, diagnostics }) => {
    // `crashed` reports one, and the application has logged the other.
    if (id === 'crash' || id === 'rejection') return
    const text = renderDiagnosticsText(diagnostics, { color, limit: 5 })
    if (told.get(id) === text) write(paint('gray', `${count(diagnostics)} as before`))
    else write(`\n${text}\n`)
    told.set(id, text)
  })
  server.on('typechecked', ({ diagnostics }) => {
    if (diagnostics.length === 0 && told.delete('typecheck')) write(paint('green', 'the types fit again'))
  })
  server.on('reloaded', ({ effect, paths }) => {
    write(`${RELOADED[effect]}${paint('gray', files(paths))}`)
  })
  server.on('polling', ({ everyMs }) => {
    write(`this file system does not report changes: polling every ${everyMs} ms (--poll)`)
  })
}

function count(diagnostics: readonly Diagnostic[]): string {
  const { length, 0: first } = diagnostics
  const what = first?.stage === 'typecheck' ? 'type error' : (first?.severity ?? 'notice')
  return `${length} ${what}${length === 1 ? '' : 's'}`
}
