import { EventEmitter } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type ChokidarOptions, type FSWatcher, watch } from 'chokidar'
import { Batcher } from './batcher.ts'
import { Contents } from './contents.ts'
import { installedMarks, kindOf } from './file-kinds.ts'
import { LoopGuard } from './loop-guard.ts'
import { isProbe, notifies } from './probe.ts'
import { type Effect, type Happening, Relevance, strongest } from './relevance.ts'
import { stampOf } from './stamp.ts'

export interface WatcherOptions {
  root: string
  /** Globs of files that require a rebuild although the application has not loaded them. */
  watch?: readonly string[]
  ignore?: readonly string[]
  /** Folders that always count as a whole, whatever the application reports: the templates. */
  folders?: readonly string[]
  /** Polling interval in milliseconds. Default: notifications of the system, which a probe verifies. */
  pollMs?: number | undefined
  /** How long the probe may take. Default 1,000 ms. */
  probeMs?: number
  /** Whether the application runs; while it does not, any code may be what it needs. Default: it does. */
  whole?: () => boolean
  /** Default: chokidar's. */
  watcher?: (paths: string[], options: ChokidarOptions) => FSWatcher
}

/** The globs in an application's configuration. */
export interface WatchSettings {
  watch?: readonly string[]
  ignore?: readonly string[]
}

/** What an application has loaded. */
export interface LoadedReport {
  /** Absolute paths, with the `stampOf` each had when it was loaded. */
  files: ReadonlyMap<string, string>
  /** Folders that it reads as a whole, such as that of the migrations. */
  folders: readonly string[]
  /** Folders of static files. */
  assets: readonly string[]
  /** Folders of templates that it reads again when they change. */
  templates?: readonly string[]
}

export interface WatcherEvents {
  /** A change that requires a new build; `change` or `calm` follows when the burst is over. */
  stir: []
  /** A burst of changes has ended. Paths are absolute. */
  change: [effect: Exclude<Effect, 'nothing'>, paths: ReadonlySet<string>]
  /** A burst has ended that changed nothing after all. */
  calm: []
  /** This path has caused too many builds and is ignored from now on. */
  loop: [path: string]
  /** The system does not report changes here (network and shared folders), so the tree is polled from now on. */
  polling: [everyMs: number]
  error: [error: Error]
}

const FALLBACK_POLL_MS = 300
const GIT_MS = 50
/** When to look again at files outside the tree that were just added: the watcher does not say when it watches them. */
const RECHECK_MS = [100, 500, 2_000]
/** Many programs save by emptying a file and then writing it: how long to wait for an empty file to be filled. */
const EMPTY_MS = 120
const EMPTY_POLL_MS = 8
const EXHAUSTED = new Set(['ENOSPC', 'EMFILE', 'ENFILE'])
/** How many files that were not loaded are compared by content. */
const MAX_REMEMBERED = 1_000
/** Folder of static files: the default of `static.dir`. */
const ASSETS = 'public'

/** Watches an application's folder, and the files elsewhere that the application has loaded. */
export class Watcher extends EventEmitter<WatcherEvents> {
  readonly #options: WatcherOptions
  readonly #whole: () => boolean
  readonly #relevance: Relevance
  readonly #batcher: Batcher
  readonly #contents = new Contents()
  readonly #guard = new LoopGuard()
  readonly #loaded = new Set<string>()
  readonly #folders = new Set<string>()
  readonly #assets = new Set<string>()
  readonly #templates = new Set<string>()
  readonly #happenings = new Map<string, Happening>()
  /** Files that appeared while the application ran: it did not read them when it started. */
  readonly #born = new Set<string>()
  #watcher: FSWatcher | undefined
  #followed = new Set<string>()
  readonly #rechecks = new Set<NodeJS.Timeout>()
  #stirred = false
  #closed = false
  #polling = false

  constructor(options: WatcherOptions) {
    super()
    this.#options = options
    this.#whole = options.whole ?? (() => true)
    this.#assets.add(join(options.root, ASSETS))
    this.#relevance = new Relevance({
      root: options.root,
      watch: options.watch ?? [],
      ignore: options.ignore ?? [],
      knowledge: {
        loaded: path => this.#loaded.has(path),
        folders: () => [...this.#folders, ...(options.folders ?? [])],
        assets: () => this.#assets,
        templates: () => this.#templates,
        whole: this.#whole,
      },
    })
    this.#batcher = new Batcher({
      busy: (paths, ageMs) => this.#busy(paths, ageMs),
      stir: path => this.#stir(path),
      flush: paths => this.#flush(paths),
    })
  }

  /** Resolves once changes are seen. */
  async start(): Promise<void> {
    await this.#open(this.#options.pollMs)
    this.#rememberAll()
    if (this.#options.pollMs !== undefined || this.#polling) return
    if (!(await notifies(this.#watcher!, this.#options.root, this.#options.probeMs ?? 1_000))) await this.#poll()
  }

  /** The application has loaded these files, in addition to earlier ones. */
  follow({ files, folders, assets, templates = [] }: LoadedReport): void {
    for (const folder of folders) this.#folders.add(folder)
    for (const folder of assets) this.#assets.add(folder)
    for (const folder of templates) this.#templates.add(folder)
    const fresh = new Map<string, string>()
    for (const [path, stamp] of files) {
      // Packages change by installation. Linked ones are elsewhere.
      if (path.includes('/node_modules/')) continue
      this.#loaded.add(path)
      this.#contents.rememberLoaded(path, stamp)
      if (this.#followed.has(path) || this.#watchesByItself(path)) continue
      this.#followed.add(path)
      fresh.set(path, stamp)
    }
    if (fresh.size === 0) return
    this.#watcher?.add([...fresh.keys()])
    for (const afterMs of RECHECK_MS) {
      const timer = setTimeout(() => {
        this.#rechecks.delete(timer)
        this.#recheck(fresh)
      }, afterMs)
      this.#rechecks.add(timer)
    }
  }

  /** A file that was written before the watcher had found its folder. */
  #recheck(fresh: Map<string, string>): void {
    for (const [path, stamp] of fresh) {
      const now = stampOf(path)
      if (now === stamp) continue
      fresh.set(path, now)
      this.#batcher.add(path)
    }
  }

  /** A build has ended: what it loaded replaces what the previous one loaded. */
  built(report: LoadedReport, settings?: WatchSettings): void {
    this.#guard.ended()
    if (settings) this.#relevance.configure(settings)
    // A failed build may not have reached everything that it needs.
    if (this.#whole()) {
      for (const path of this.#born) this.#contents.remember(path)
      this.#born.clear()
      this.#loaded.clear()
      this.#folders.clear()
      this.#templates.clear()
    }
    this.follow(report)
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#rechecks) clearTimeout(timer)
    this.#batcher.close()
    await this.#watcher?.close()
  }

  /** Whether a path is below the root and outside the excluded folders. */
  #watchesByItself(path: string): boolean {
    const { root } = this.#options
    if (!path.startsWith(`${root}/`)) return false
    const folders = path
      .slice(root.length + 1)
      .split('/')
      .slice(0, -1)
    return folders.every((_, i) => this.#relevance.watches(join(root, ...folders.slice(0, i + 1)), true))
  }

  #busy(paths: ReadonlySet<string>, ageMs: number): number {
    if (existsSync(join(this.#options.root, '.git', 'index.lock'))) return GIT_MS
    return ageMs < EMPTY_MS && [...paths].some(isEmptyFile) ? EMPTY_POLL_MS : 0
  }

  #effectOf(path: string): Effect {
    const happening = this.#born.has(path) ? 'add' : (this.#happenings.get(path) ?? 'change')
    const effect = this.#relevance.effectOf(path, happening)
    if (effect === 'nothing' || (effect === 'rebuild' && this.#guard.isStopped(path))) return 'nothing'
    return this.#contents.differs(path) ? effect : 'nothing'
  }

  #stir(path: string): void {
    if (this.#stirred || this.#effectOf(path) !== 'rebuild') return
    this.#stirred = true
    this.emit('stir')
  }

  #flush(paths: ReadonlySet<string>): void {
    const effects = new Map([...paths].map(path => [path, this.#effectOf(path)] as const))
    for (const path of paths) {
      if (effects.get(path) !== 'nothing' || this.#contents.has(path)) this.#contents.remember(path)
    }
    const stirred = this.#stirred
    this.#stirred = false
    const causes = [...effects].filter(([, effect]) => effect === 'rebuild').map(([path]) => this.#causeOf(path))
    const loop = this.#guard.caused(causes)
    this.#happenings.clear()
    if (loop !== undefined) this.emit('loop', loop)
    const effect = strongest([...effects].map(([path, one]) => (path === loop ? 'nothing' : one)))
    const changed = [...paths].filter(path => effects.get(path) !== 'nothing' && path !== loop)
    if (effect !== 'nothing') this.emit('change', effect, new Set(changed))
    if (stirred && effect !== 'rebuild') this.emit('calm')
  }

  #causeOf(path: string): { path: string; expected: boolean; data: boolean } {
    const kind = kindOf(path)
    const expected = this.#loaded.has(path) || this.#relevance.isNamed(path) || kind !== 'data'
    return { path, expected, data: kind === 'data' || kind === 'other' }
  }

  async #poll(): Promise<void> {
    if (this.#closed || this.#polling) return
    this.#polling = true
    await this.#watcher?.close()
    await this.#open(FALLBACK_POLL_MS)
    this.emit('polling', FALLBACK_POLL_MS)
  }

  async #open(pollMs: number | undefined): Promise<void> {
    const { root } = this.#options
    const watcher = (this.#options.watcher ?? watch)([root, ...installedMarks(root), ...this.#followed], {
      ignoreInitial: true,
      ignorePermissionErrors: true,
      followSymlinks: true,
      ignored: (path, stats) => !this.#followed.has(path) && !this.#relevance.watches(path, stats?.isFile() !== true),
      ...(pollMs !== undefined && { backend: 'polling', pollingInterval: pollMs, pollingBinaryInterval: pollMs }),
    })
    this.#watcher = watcher
    watcher.on('all', (event, path) => {
      if (isProbe(basename(path))) return
      this.#happenings.set(path, event === 'unlink' ? 'unlink' : 'change')
      if (event === 'add' && this.#whole() && !this.#contents.has(path)) this.#born.add(path)
      this.#batcher.add(path)
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

  /** Records files that may be read without being reported, so that touching one is not a change. */
  #rememberAll(): void {
    let left = MAX_REMEMBERED
    for (const [folder, names] of Object.entries(this.#watcher!.getWatched?.() ?? {})) {
      for (const path of names.map(name => join(folder, name))) {
        if (
          this.#contents.has(path) ||
          !['data', 'environment', 'manifest', 'template', 'style'].includes(kindOf(path))
        )
          continue
        if (left-- === 0) return
        this.#contents.remember(path)
      }
    }
    for (const mark of installedMarks(this.#options.root)) if (existsSync(mark)) this.#contents.remember(mark)
  }
}

function isEmptyFile(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats?.isFile() === true && stats.size === 0
}
