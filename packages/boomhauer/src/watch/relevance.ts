import { isAbsolute, matchesGlob, relative, sep } from 'node:path'
import { type FileKind, installedMarks, kindOf } from './file-kinds.ts'

/**
 * What a changed file requires, strongest first. `templates`: the running application reads them again by itself; `types`: no
 * running code depends on it, but types may.
 */
export type Effect = 'rebuild' | 'templates' | 'reload' | 'styles' | 'types' | 'nothing'

const ORDER: readonly Effect[] = ['nothing', 'types', 'styles', 'reload', 'templates', 'rebuild']

/** How a file changed. */
export type Happening = 'add' | 'change' | 'unlink'

/** Folders of tools, at any depth. */
const TOOL_FOLDERS = new Set([
  ...['node_modules', '.git', '.hg', '.svn', '.jj', '.arlen', '.cache', '.idea', '.vscode', '.turbo'],
])
/** Folders for generated files, at the top of the application's folder only: `src/logs` is code. */
const OUTPUT_FOLDERS = new Set(['coverage', 'dist', 'log', 'logs', 'tmp', 'upload', 'uploads'])

/** What the development server knows about a running application. */
export interface Knowledge {
  /** Whether the application has loaded this file. */
  loaded(path: string): boolean
  /** Folders that the application reads as a whole: templates, migrations, configuration. */
  folders(): Iterable<string>
  /** Folders of static files. */
  assets(): Iterable<string>
  /** Folders of templates that a running application reads again when they change. */
  templates(): Iterable<string>
  /** Whether the application runs, so that everything it needed is known. */
  whole(): boolean
}

export interface RelevanceOptions {
  root: string
  /** Globs, relative to the root, of files that always require a rebuild. */
  watch: readonly string[]
  /** Globs, relative to the root, of files that never matter. */
  ignore: readonly string[]
  knowledge: Knowledge
}

/**
 * Decides what a changed file requires, by what the application has loaded and, only if that is unknown, by its
 * name. Paths are absolute.
 */
export class Relevance {
  readonly #options: RelevanceOptions
  readonly #marks: ReadonlySet<string>
  #watch: readonly string[] = []
  #ignore: readonly string[] = []

  constructor(options: RelevanceOptions) {
    this.#options = options
    this.#marks = new Set(installedMarks(options.root))
    this.configure({})
  }

  /** Adds the globs in the application's configuration. */
  configure({ watch = [], ignore = [] }: { watch?: readonly string[]; ignore?: readonly string[] }): void {
    this.#watch = [...this.#options.watch, ...watch].map(withoutRest)
    this.#ignore = [...this.#options.ignore, ...ignore].map(withoutRest)
  }

  /** Whether a folder or file is watched at all. */
  watches(path: string, isFolder: boolean): boolean {
    const { root, knowledge } = this.#options
    if (path === root || this.#marks.has(path)) return true
    if (this.#matches(this.#ignore, path)) return false
    if (this.#isWatched(path) || knowledge.loaded(path)) return true
    if (this.#inToolFolder(path) || this.#inOutputFolder(path)) return false
    const kind = kindOf(path)
    return isFolder || this.#inAssets(path) || (kind !== 'other' && kind !== 'temporary')
  }

  /** What a change requires, assuming that the content has changed. */
  effectOf(path: string, happening: Happening): Effect {
    const { knowledge } = this.#options
    // A package manager removes its marker while it works: it matters when it returns.
    if (this.#marks.has(path)) return happening === 'unlink' ? 'nothing' : 'rebuild'
    if (this.#matches(this.#ignore, path)) return 'nothing'
    const kind = kindOf(path)
    if (this.#isReadAgain(kind, path, happening)) return 'templates'
    if (this.#isWatched(path) || knowledge.loaded(path)) return 'rebuild'
    if (kind === 'temporary' || kind === 'other' || this.#inToolFolder(path)) {
      return this.#inAssets(path) && kind === 'other' ? 'reload' : 'nothing'
    }
    if (kind === 'environment') return 'rebuild'
    if (kind !== 'asset' && kind !== 'style' && this.#inReadFolder(path)) return 'rebuild'
    if (this.#inAssets(path)) return kind === 'style' ? 'styles' : 'reload'
    return this.#inOutputFolder(path) ? 'nothing' : this.#unloaded(kind, path, happening)
  }

  /** Whether it is a template that the running application reads again. One that comes or goes may be asked for at the start only. */
  #isReadAgain(kind: FileKind, path: string, happening: Happening): boolean {
    const { templates, whole } = this.#options.knowledge
    return kind === 'template' && happening === 'change' && whole() && isBelow(path, templates())
  }

  /** What an unloaded file outside all special folders requires. */
  #unloaded(kind: FileKind, path: string, happening: Happening): Effect {
    if (kind === 'style') return 'styles'
    if (kind === 'asset') return happening === 'add' ? 'nothing' : 'reload'
    // While nothing runs, it may be the missing file.
    if (!this.#options.knowledge.whole() || kind === 'manifest') return 'rebuild'
    if (kind === 'module') return /\.[cm]?tsx?$/.test(path) ? 'types' : 'nothing'
    if (kind === 'template') return 'nothing'
    // The application may have read it by itself, unless it did not exist yet.
    return happening === 'add' ? 'nothing' : 'rebuild'
  }

  /** Whether a glob in the settings matches it. */
  isNamed(path: string): boolean {
    return this.#isWatched(path)
  }

  #isWatched(path: string): boolean {
    return this.#matches(this.#watch, path)
  }

  #inReadFolder(path: string): boolean {
    return isBelow(path, this.#options.knowledge.folders())
  }

  #inAssets(path: string): boolean {
    return isBelow(path, this.#options.knowledge.assets())
  }

  #inToolFolder(path: string): boolean {
    return this.#partsOf(path).some(part => TOOL_FOLDERS.has(part))
  }

  #inOutputFolder(path: string): boolean {
    return OUTPUT_FOLDERS.has(this.#partsOf(path)[0] ?? '')
  }

  /** The names from the root to a file; none for files outside, which are watched only if they were loaded. */
  #partsOf(path: string): string[] {
    const local = relative(this.#options.root, path)
    return local.startsWith('..') || isAbsolute(local) ? [] : local.split(sep)
  }

  #matches(globs: readonly string[], path: string): boolean {
    const local = relative(this.#options.root, path).split(sep).join('/')
    return globs.some(glob => matchesGlob(local, glob) || matchesGlob(local, `${glob}/**`))
  }
}

function isBelow(path: string, folders: Iterable<string>): boolean {
  for (const folder of folders) if (path.startsWith(folder + sep)) return true
  return false
}

/** A glob for everything in a folder means the same as a glob for the folder. */
function withoutRest(glob: string): string {
  return glob.replace(/\/\*\*$|\/\*\*\/$|\/$/, '').replace(/^\.\//, '')
}

/** The strongest of several effects. */
export function strongest(effects: Iterable<Effect>): Effect {
  let rank = 0
  for (const effect of effects) rank = Math.max(rank, ORDER.indexOf(effect))
  return ORDER[rank]!
}
