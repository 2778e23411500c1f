import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type REPLServer, Recoverable, start } from 'node:repl'
import { PassThrough } from 'node:stream'
import { Script } from 'node:vm'
import type { App } from 'arlen'

/** What {@link runConsole} needs. */
export interface ConsoleOptions {
  app: App
  input: NodeJS.ReadableStream
  output: NodeJS.WritableStream
  /** Whether a person types; otherwise the input is run to its end, and any failure fails the whole. */
  isTerminal: boolean
  /** Names and values in addition to the application's. */
  helpers: Readonly<Record<string, unknown>>
}

/** @returns 1 if code that was not typed failed, else 0 */
export async function runConsole({ app, input, output, isTerminal, helpers }: ConsoleOptions): Promise<number> {
  const lines = new PassThrough()
  const repl = start({
    prompt: isTerminal ? `${app.environment}> ` : '',
    input: isTerminal ? input : lines,
    output,
    terminal: isTerminal,
    useColors: isTerminal && !process.env.NO_COLOR,
    ignoreUndefined: true,
  })
  Object.defineProperties(repl.context, contextOf(app, helpers))
  const statement = awaitPromises(repl)
  if (isTerminal) {
    await keepHistory(repl, join(app.root, '.arlen'))
    await new Promise<void>(resolve => void repl.once('exit', resolve))
    return 0
  }
  try {
    if (!(await runLines(repl, input, lines))) return 1
    if (statement.isComplete) return 0
    output.write('Uncaught SyntaxError: the input ends in the middle of a statement\n')
    return 1
  } finally {
    repl.close()
  }
}

/**
 * Feeds the REPL, each line when the previous one is done, which it does not wait for by itself. Ends with the first
 * failure.
 *
 * @returns whether all succeeded
 */
async function runLines(repl: REPLServer, input: NodeJS.ReadableStream, lines: PassThrough): Promise<boolean> {
  let done: () => void = () => undefined
  // It asks for the next line when it is done, whatever the result of the last one.
  repl.displayPrompt = () => done()
  for await (const line of createInterface({ input })) {
    await new Promise<void>(resolve => {
      done = resolve
      lines.write(`${line}\n`)
    })
    if ((repl as REPLServer & { lastError?: unknown }).lastError !== undefined) return false
  }
  return true
}

/** Evaluated on first use: an application may have no database. */
function contextOf(app: App, helpers: ConsoleOptions['helpers']): PropertyDescriptorMap {
  const getters: Record<string, () => unknown> = {
    app: () => app,
    config: () => app.config,
    db: () => app.db,
    log: () => app.log,
    mail: () => app.mail,
  }
  const fixed = Object.entries(helpers).map(([name, value]) => [name, { value, configurable: true, enumerable: true }])
  const read = Object.entries(getters).map(([name, get]) => [name, { get, configurable: true, enumerable: true }])
  return Object.fromEntries([...fixed, ...read])
}

/**
 * Waits for promises, because their values are what is wanted.
 *
 * @returns whether the last lines were a complete statement, as long as the console runs
 */
function awaitPromises(repl: REPLServer): { isComplete: boolean } {
  const { eval: evaluate } = repl
  const state = { isComplete: true }
  const awaiting: typeof evaluate = function (this: REPLServer, code, context, file, done) {
    const text = isExpression(code) ? `await (${withoutEnd(code)}\n)\n` : code
    state.isComplete = true
    evaluate.call(this, text, context, file, (error, value) => {
      state.isComplete = !(error instanceof Recoverable)
      done(error, value)
    })
  }
  Object.assign(repl, { eval: awaiting })
  return state
}

/** Whether the code is an expression, rather than a declaration that could be read as one. It is parsed, never run. */
function isExpression(code: string): boolean {
  const text = withoutEnd(code)
  if (text === '' || /^(?:async\s+)?function\b(?!\s*(?:\*\s*)?\()/.test(text) || /^class\s+\w/.test(text)) return false
  try {
    new Script(`(async () => (${text}\n))`)
    return true
  } catch {
    return false
  }
}

function withoutEnd(code: string): string {
  return code.trim().replace(/;$/, '')
}

async function keepHistory(repl: REPLServer, folder: string): Promise<void> {
  try {
    mkdirSync(folder, { recursive: true })
  } catch {
    return // without a writable folder, there is no history
  }
  await new Promise<void>(resolve => repl.setupHistory(join(folder, 'console-history'), () => resolve()))
}
