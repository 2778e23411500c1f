import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Diagnostic } from '@arlen/core'
import type { SourceLocation } from '@arlen/core/stack'
import { type Inspect, splitInspect } from '../child/inspect-argument.ts'
import type { LastWords } from '../child/last-words.ts'
import {
  type AppInfo,
  type FromChild,
  isFromChild,
  type Loaded,
  type Question,
  type RequestRecord,
  type TemplateFolders,
  type ToChild,
} from '../child/protocol.ts'
import { Questions } from './questions.ts'

export interface ChildOptions {
  root: string
  env: Readonly<Record<string, string | undefined>>
  nodeArgs: readonly string[]
  preload: readonly string[]
  appOutput: 'stdout' | 'stderr'
}

/** The outcome of loading and starting an application. */
export type Outcome =
  | { kind: 'prepared'; warnings: readonly Diagnostic[] }
  | { kind: 'ready'; loaded: Loaded; info: AppInfo }
  | { kind: 'failed'; loaded: Loaded; diagnostics: readonly Diagnostic[] }
  | { kind: 'exited'; code: number | null; signal: NodeJS.Signals | null; output: string; stack?: string | undefined }

export interface ChildEvents {
  diagnostics: [diagnostics: readonly Diagnostic[]]
  rejected: [diagnostics: readonly Diagnostic[]]
  request: [request: RequestRecord]
  /** Something has happened outside of requests. */
  activity: []
  /** It has loaded more. */
  loaded: [loaded: Loaded]
  /** Its main thread does not return from this location. */
  stuck: [at: SourceLocation]
  exit: [code: number | null, signal: NodeJS.Signals | null]
  /** The last request in flight has ended. */
  idle: []
}

const MAX_OUTPUT = 4_000
const KILL_AFTER_MS = 400
const LAST_WORDS_MS = 200
const WHERE_MS = 1_000

const FROM_SOURCE = import.meta.url.endsWith('.ts')
const MAIN = fileURLToPath(new URL(FROM_SOURCE ? '../child/start.ts' : '../child/start.js', import.meta.url))

/**
 * The supervisor's handle on one application process. The process leads its own process group, so that the application's
 * children end with it. It also holds one end of a pipe that closes when the supervisor is gone.
 */
export class Child extends EventEmitter<ChildEvents> {
  /** What it has reported as loaded. */
  loaded: Loaded = { files: new Map(), folders: [], assets: [], templates: [] }
  exited = false
  /** The uncaught error that ends it, once reported. */
  crash: readonly Diagnostic[] | undefined
  /** The trace of its call of `process.exit()`. */
  exitStack: string | undefined
  /** The location from which its main thread did not return. */
  stuckAt: SourceLocation | undefined
  #process: ChildProcess
  #inspect: Inspect | undefined
  #output = ''
  /** Requests that it is answering, and those that it will not answer any more because it exited. */
  readonly #requests = new Set<{ name: string }>()
  readonly #lost: string[] = []
  /** Resolves once it and its children are gone. */
  readonly gone: Promise<void>

  constructor({ root, env, nodeArgs: args, preload, appOutput }: ChildOptions) {
    super()
    const { nodeArgs, inspect } = splitInspect(args)
    this.#inspect = inspect
    const conditions = process.execArgv.filter(arg => arg.startsWith('--conditions=') || arg.startsWith('-C='))
    if (FROM_SOURCE) conditions.push('--conditions=@arlen/source')
    const node = ['--enable-source-maps', '--stack-trace-limit=50', ...conditions]
    this.#process = spawn(process.execPath, [...node, ...nodeArgs, MAIN, root, ...preload], {
      cwd: root,
      env: { ...env },
      detached: true,
      stdio: ['ignore', appOutput === 'stderr' ? 2 : 'inherit', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    })
    this.#process.stderr!.on('data', (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString()).slice(-MAX_OUTPUT)
      process.stderr.write(chunk)
    })
    this.#process.stdio[3]!.on('error', () => undefined) // the process has exited; `exit` handles it
    let words = ''
    this.#process.stdio[3]!.on('data', (chunk: Buffer) => {
      const lines = (words + chunk.toString()).split('\n')
      words = lines.pop()!
      for (const line of lines) this.#hear(line)
    })
    this.#process.on('message', message => {
      if (isFromChild(message)) this.#receive(message)
    })
    const { promise, resolve } = Promise.withResolvers<void>()
    this.gone = promise
    this.#process.on('error', () => {
      if (this.#process.pid !== undefined) return // a message could not be sent; `exit` handles it
      this.#ended(null, null)
      resolve()
    })
    this.#process.once('exit', async (code, signal) => {
      signalGroup(this.#process.pid) // its children
      await this.#lastWords()
      this.#ended(code, signal)
      resolve()
    })
  }

  /**
   * Registers a request. Call the returned function when the request has ended.
   *
   * @param name - `GET /users/7`
   */
  lease(name: string): (isLost?: boolean) => void {
    const request = { name }
    this.#requests.add(request)
    return isLost => {
      if (isLost) this.#lost.push(name)
      if (this.#requests.delete(request) && this.#requests.size === 0) this.emit('idle')
    }
  }

  /** The names of some requests that it has not answered. */
  get unanswered(): string[] {
    return [...new Set([...this.#lost, ...[...this.#requests].map(({ name }) => name)])].slice(0, 3)
  }

  /** Resolves when it has no requests in flight or is gone. */
  async idle(): Promise<void> {
    if (this.#requests.size > 0) await Promise.race([once(this, 'idle'), this.gone])
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Compiles the templates. */
  prepare(templates: TemplateFolders): Promise<Outcome> {
    return this.#ask({ type: 'prepare', templates })
  }

  /** Loads the module, and starts the application it exports on a unix socket. */
  load(entry: string, socket: string): Promise<Outcome> {
    return this.#ask({ type: 'load', entry, socket, ...(this.#inspect && { inspect: this.#inspect }) })
  }

  #ask(message: ToChild): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    const onExit = (code: number | null, signal: NodeJS.Signals | null) => {
      const { crash, loaded } = this
      resolve(
        crash
          ? { kind: 'failed', loaded, diagnostics: crash }
          : { kind: 'exited', code, signal, output: this.#output, stack: this.exitStack },
      )
    }
    if (this.exited) onExit(null, null)
    else this.once('exit', onExit)
    this.#onOutcome = resolve
    this.#send(message)
    return promise
  }

  /** The last part of its standard error. */
  get output(): string {
    return this.#output
  }

  /** Asks it to finish its requests and exit, and kills it if it takes longer. Resolves once it is gone. */
  async close(graceMs: number): Promise<void> {
    if (this.exited) return
    this.#send({ type: 'close', graceMs })
    const timer = globalThis.setTimeout(() => this.kill(), graceMs + KILL_AFTER_MS)
    await this.gone
    clearTimeout(timer)
  }

  /** Kills it and its children immediately. */
  kill(): void {
    if (!this.exited) signalGroup(this.#process.pid)
  }

  readonly #questions = new Questions(message => this.#send(message))
  #onWhere: ((at: SourceLocation | undefined) => void) | undefined
  #onOutcome: ((outcome: Outcome) => void) | undefined

  #receive(message: FromChild): void {
    if ('loaded' in message) this.loaded = message.loaded
    switch (message.type) {
      case 'prepared':
        this.#onOutcome?.({ kind: 'prepared', warnings: message.warnings })
        break
      case 'ready':
        this.#onOutcome?.({ kind: 'ready', loaded: message.loaded, info: message.info })
        break
      case 'failed':
        this.#onOutcome?.({ kind: 'failed', loaded: message.loaded, diagnostics: message.diagnostics })
        break
      case 'loaded':
        this.emit('loaded', message.loaded)
        break
      case 'where':
        this.#onWhere?.(message.at)
        break
      case 'crashed':
        this.crash = message.diagnostics
        break
      case 'diagnostics':
        this.emit('diagnostics', message.diagnostics)
        break
      case 'rejected':
        this.emit('rejected', message.diagnostics)
        break
      case 'answer':
        this.#questions.answered(message)
        break
      case 'request':
        this.emit('request', message.request)
        break
      case 'activity':
        this.emit('activity')
    }
  }

  #hear(line: string): void {
    let words: LastWords
    try {
      words = JSON.parse(line) as LastWords
    } catch {
      return // cut off
    }
    if (words.type === 'exit') this.exitStack = words.stack
    else {
      this.stuckAt = words.at
      this.emit('stuck', words.at)
    }
  }

  /**
   * Asks the running application a question. Undefined if it is not one that answers.
   *
   * @throws Error with the application's reason, or if it takes too long
   */
  ask(question: Question): Promise<unknown> {
    return Promise.race([this.#questions.ask(question), this.gone])
  }

  /** The location where its start waits, if it can be determined soon. */
  async where(): Promise<SourceLocation | undefined> {
    if (this.stuckAt || this.exited) return this.stuckAt
    const { promise, resolve } = Promise.withResolvers<SourceLocation | undefined>()
    this.#onWhere = resolve
    this.#send({ type: 'where' })
    return Promise.race([promise, setTimeout(WHERE_MS, undefined, { ref: false })])
  }

  /** Messages and output may arrive after the exit, until their streams end. */
  async #lastWords(): Promise<void> {
    const { connected, stderr, stdio } = this.#process
    const lifeline = stdio[3] as Readable
    const ends = [
      !lifeline.closed && once(lifeline, 'close'),
      connected && once(this.#process, 'disconnect'),
      !stderr!.readableEnded && once(stderr!, 'close'),
    ]
    await Promise.race([Promise.all(ends), setTimeout(LAST_WORDS_MS)])
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.exited) return
    this.exited = true
    this.emit('exit', code, signal)
  }

  #send(message: ToChild): void {
    if (this.#process.connected) this.#process.send(message, () => undefined) // if sending fails, an exit follows
  }
}

function signalGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // the group is gone
  }
}
