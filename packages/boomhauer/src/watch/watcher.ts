import { EventEmitter } from 'node:events'
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type ChokidarOptions, type FSWatcher, watch } from 'chokidar'
import { Batcher } from './batcher.ts'
import { createInterest, type Effect, effectOfAll, type Interest, installedMarks } from './changes.ts'

export interface WatcherOptions {
  root: string
  ignore?: readonly string[]
  /** Polling interval in milliseconds. Default: notifications of the system, which a probe verifies. */
  pollMs?: number | undefined
  /** How long the probe may take. Default 1,000 ms. */
  probeMs?: number
  /** Default: chokidar's. */
  watch?: (paths: string[], options: ChokidarOptions) => FSWatcher
}

export interface WatcherEvents {
  /** A change that requires a new build; `change` follows when the burst is over. */
  stir: []
  /** A burst of changes has ended. Paths are absolute. */
  change: [effect: Exclude<Effect, 'nothing'>, paths: ReadonlySet<string>]
  /** The system does not report changes here (network and shared folders), so the tree is polled from now on. */
  polling: [everyMs: number]
  error: [error: Error]
}

const FALLBACK_POLL_MS = 300
const GIT_MS = 50
/** Many programs save by emptying a file and then writing it: how long to wait for an empty file to be filled. */
const EMPTY_MS = 120
const EMPTY_POLL_MS = 8
const EXHAUSTED = new Set(['ENOSPC', 'EMFILE', 'ENFILE'])
const PROBE = '.boomhauer-probe-'

/** Watches an application's folder, and the files outside it that the application has loaded. */
export class Watcher extends EventEmitter<WatcherEvents> {
  #options: WatcherOptions
  #interest: Interest
  #batcher: Batcher
  #watcher: FSWatcher | undefined
  #outside = new Set<string>()
  #closed = false
  #polling = false

  constructor(options: WatcherOptions) {
    super()
    this.#options = options
    this.#interest = createInterest(options.root, options.ignore)
    const lock = join(options.root, '.git', 'index.lock')
    this.#batcher = new Batcher({
      busy: (paths, ageMs) => {
        if (existsSync(lock)) return GIT_MS
        return ageMs < EMPTY_MS && [...paths].some(isEmptyFile) ? EMPTY_POLL_MS : 0
      },
      stir: path => {
        if (this.#interest.effectOf(path) === 'rebuild') this.emit('stir')
      },
      flush: paths => {
        const effect = effectOfAll(this.#interest, paths)
        if (effect !== 'nothing') this.emit('change', effect, paths)
      },
    })
  }

  /** Resolves once changes are seen. */
  async start(): Promise<void> {
    await this.#open(this.#options.pollMs)
    if (this.#options.pollMs !== undefined || this.#polling || (await this.#notifies())) return
    await this.#poll()
  }

  async #poll(): Promise<void> {
    if (this.#closed || this.#polling) return
    this.#polling = true
    await this.#watcher?.close()
    await this.#open(FALLBACK_POLL_MS)
    this.emit('polling', FALLBACK_POLL_MS)
  }

  /** Also watches those of these files that are outside the folder, such as files of linked packages. */
  addOutside(files: Iterable<string>): void {
    const prefix = `${this.#options.root}/`
    const fresh = [...files].filter(
      file => !file.startsWith(prefix) && !file.includes('/node_modules/') && !this.#outside.has(file),
    )
    for (const file of fresh) this.#outside.add(file)
    if (fresh.length > 0) this.#watcher?.add(fresh)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#batcher.close()
    await this.#watcher?.close()
  }

  async #open(pollMs: number | undefined): Promise<void> {
    const { root } = this.#options
    const marks = new Set(installedMarks(root))
    const watcher = (this.#options.watch ?? watch)([root, ...installedMarks(root), ...this.#outside], {
      ignoreInitial: true,
      ignorePermissionErrors: true,
      followSymlinks: true,
      ignored: (path, stats) =>
        !this.#outside.has(path) && !marks.has(path) && !this.#interest.watches(path, stats?.isFile() !== true),
      ...(pollMs !== undefined && { backend: 'polling', pollingInterval: pollMs, pollingBinaryInterval: pollMs }),
    })
    this.#watcher = watcher
    watcher.on('all', (_event, path) => {
      if (!basename(path).startsWith(PROBE)) this.#batcher.add(path)
    })
    const { promise: ready, resolve } = Promise.withResolvers<void>()
    watcher.once('ready', resolve)
    watcher.on('error', error => {
      // The system has run out of notifications (inotify limits); polling needs none.
      if (EXHAUSTED.has((error as NodeJS.ErrnoException).code ?? '')) this.#poll().finally(resolve)
      else this.emit('error', error as Error)
    })
    await ready
  }

  /** Writes a file into the tree and waits for its notification. A read-only folder passes. */
  async #notifies(): Promise<boolean> {
    const watcher = this.#watcher!
    const probe = join(this.#options.root, `${PROBE}${process.pid}.json`)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const onEvent = (_event: string, path: string) => path === probe && resolve(true)
    watcher.prependListener('all', onEvent)
    const timer = setTimeout(resolve, this.#options.probeMs ?? 1_000, false)
    try {
      writeFileSync(probe, '{}')
    } catch {
      resolve(true) // read-only, so nobody edits files here
    }
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      watcher.off('all', onEvent)
      rmSync(probe, { force: true })
    }
  }
}

function isEmptyFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.size === 0
}
