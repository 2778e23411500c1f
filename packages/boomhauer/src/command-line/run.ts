import { renderDiagnosticsText } from '@arlen/error-report'
import { Boomhauer } from '../boomhauer.ts'
import { type BoomhauerOptions, findEntry, resolveOptions } from '../options.ts'
import { type Mode, parseArguments, USAGE } from './arguments.ts'
import { reportEvents, reportOutcome } from './json-report.ts'
import { readKeys } from './keys.ts'
import { prepare } from './prepare.ts'
import { saveMemory } from './save-memory.ts'
import { report } from './terminal.ts'

/** Where the program writes. */
export interface Io {
  out: (line: string) => void
  color: boolean
}

const terminal: Io = {
  out: line => console.log(line),
  color: process.stdout.isTTY === true && !process.env.NO_COLOR,
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs the command line of the development server and resolves with the exit code: 0 for success or a regular end, 1 for a
 * broken application.
 *
 * @throws ArlenError if the server cannot start
 */
export async function runBoomhauer(
  argv: readonly string[],
  io: Io = terminal,
  defaults: BoomhauerOptions = {},
): Promise<number> {
  const { mode, json = false, options: given } = parseArguments(argv)
  const options: BoomhauerOptions = { ...defaults, ...given, ...(json && { appOutput: 'stderr' }) }
  if (mode === 'help') {
    io.out(USAGE)
    return 0
  }
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  for (const signal of SIGNALS) process.on(signal, interrupt)
  try {
    return await (mode === 'prepare-only'
      ? runPrepare(options, json, io, interrupted.signal)
      : runServer(mode, options, json, io, interrupted.signal))
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt)
  }
}

async function runPrepare(options: BoomhauerOptions, json: boolean, io: Io, interrupted: AbortSignal): Promise<number> {
  const settings = resolveOptions(options)
  findEntry(settings)
  const diagnostics = await prepare(settings, interrupted)
  const ok = !interrupted.aborted && diagnostics.every(({ severity }) => severity !== 'error')
  if (json) io.out(JSON.stringify({ ok, diagnostics }))
  else if (diagnostics.length > 0) io.out(renderDiagnosticsText(diagnostics, { color: io.color }))
  return ok ? 0 : 1
}

async function runServer(
  mode: Mode,
  options: BoomhauerOptions,
  json: boolean,
  io: Io,
  interrupted: AbortSignal,
): Promise<number> {
  const stays = mode === 'serve'
  if (stays) saveMemory()
  // Without a running server there is no later moment to report type errors.
  const settings = resolveOptions(stays ? options : { typecheck: 'block', ...options, port: 0 })
  // A folder without an application is hardly ever the one that was meant. Later, its module may come and go.
  findEntry(settings)
  const server = new Boomhauer(settings)
  const write = (document: object) => io.out(JSON.stringify(document))
  if (!json) report(server, { write: io.out, color: io.color })
  else if (stays) reportEvents(server, write)
  else reportOutcome(server, mode, write)
  const { promise: ended, resolve: end } = Promise.withResolvers<number>()
  const retry = () => void server.rebuild()
  const stopKeys = stays ? readKeys(process.stdin, { retry, interrupt: () => end(0) }) : undefined
  interrupted.addEventListener('abort', () => end(stays ? 0 : 1))
  if (!stays) {
    server.once('failed', () => end(1))
    server.once('ready', ({ info }) => {
      if (mode === 'print-routes' && !json) printRoutes(info.routes ?? [], io)
      end(0)
    })
  }
  try {
    await Promise.race([server.start(), ended])
    if (stays && !interrupted.aborted) {
      if (json) write({ event: 'listening', url: server.url })
      else io.out(`boomhauer at ${server.url}`)
      if (!json && !isLoopback(server.settings.host))
        io.out('anyone who can reach this address sees the source of what fails')
    }
    return await ended
  } finally {
    stopKeys?.()
    await server.close()
  }
}

function printRoutes(routes: readonly { methods: string; path: string; name?: string }[], io: Io): void {
  const methods = Math.max(0, ...routes.map(route => route.methods.length))
  const paths = Math.max(0, ...routes.map(route => route.path.length))
  for (const route of routes) {
    io.out(`${route.methods.padEnd(methods)}  ${route.path.padEnd(paths)}  ${route.name ?? ''}`.trimEnd())
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
