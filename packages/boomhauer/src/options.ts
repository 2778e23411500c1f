import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { boomhauerError } from './errors.ts'

/** Options of {@link createBoomhauer}. */
export interface BoomhauerOptions {
  /** The application's folder. Default: the working directory. */
  root?: string
  /** The module, relative to the root, whose default export is the application. Default: the first of {@link ENTRIES}. */
  entry?: string
  /** `ARLEN_ENV` and `NODE_ENV` of the application, unless the environment has them already. Default `development`. */
  env?: string
  /** Address to listen on. Default `127.0.0.1`. */
  host?: string
  /** Port to listen on; 0 for any free port. Default 3000. */
  port?: number
  /** Further host names to accept; `.example.test` includes its subdomains. */
  allowedHosts?: readonly string[]
  /**
   * Rebuild when files change that the application has loaded. Default true. Globs, relative to the root, name further files that it
   * reads by itself, such as `content` or `locales/*.po`.
   */
  watch?: boolean | readonly string[]
  /** Poll for changes instead of relying on notifications: true for every 300 ms, or an interval in milliseconds. */
  poll?: boolean | number
  /** Globs, relative to the root, of files whose changes are ignored. */
  ignore?: readonly string[]
  /** Type errors appear as a notice over the running application, or block it. Default `notice`. */
  typecheck?: 'notice' | 'block' | 'off'
  /** The folder of templates, relative to the root. Default: `views.dir` of the configuration, else `templates`. */
  templates?: string
  /** The editor that links open: `vscode`, `cursor`, `zed`, `webstorm`, … or a link with `{file}`, `{line}`, `{column}`. */
  editor?: string
  /** Arguments for Node.js in the application's process. */
  nodeArgs?: readonly string[]
  /** Where the application's own output goes. Default `stdout`. */
  appOutput?: 'stdout' | 'stderr'
  /** Modules that the next process loads in advance, if the application has them. They must have no side effects. */
  preload?: readonly string[]
  /** Commands that buttons on failure pages run in the root, by the name of the action in the diagnostic. */
  actions?: Readonly<Record<string, readonly string[]>>
  /** How long requests in flight may take to finish when the application is replaced. Default 250. */
  graceMs?: number
  /** How long the application may take to start. Default 30,000. */
  bootTimeoutMs?: number
}

/** The options of a development server, complete and checked. */
export interface Settings
  extends Required<Omit<BoomhauerOptions, 'editor' | 'entry' | 'poll' | 'templates' | 'watch'>> {
  /** Absolute, symbolic links resolved. */
  root: string
  /** Relative to the root; undefined for the first of {@link ENTRIES}. */
  entry: string | undefined
  editor: string | undefined
  /** Undefined for the configured folder. */
  templates: string | undefined
  /** Globs of files to watch besides those that are loaded; false to watch nothing. */
  watch: readonly string[] | false
  /** Polling interval, or undefined for the system's notifications. */
  pollMs: number | undefined
}

/** Where to look for the application's module: TypeScript first, since that is what is edited. */
export const ENTRIES: readonly string[] = ['app.ts', 'app.js', 'src/app.ts', 'src/app.js']

const DEFAULT_POLL_MS = 300

const OPTIONS: OptionTable<BoomhauerOptions> = {
  root: option.text,
  entry: option.text,
  env: option.text,
  host: option.text,
  port: option.integer(0, 65_535),
  allowedHosts: option.listOf(option.text),
  watch: option.either(option.boolean, option.listOf(option.text)),
  poll: option.either(option.boolean, option.durationMs(20)),
  ignore: option.listOf(option.string),
  typecheck: option.oneOf('notice', 'block', 'off'),
  templates: option.text,
  editor: option.string,
  nodeArgs: option.listOf(option.string),
  appOutput: option.oneOf('stdout', 'stderr'),
  preload: option.listOf(option.string),
  actions: option.recordOf(option.listOf(option.string)),
  graceMs: option.durationMs(),
  bootTimeoutMs: option.durationMs(1),
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`, `root_missing`
 */
export function resolveOptions(given: BoomhauerOptions = {}): Settings {
  const options = readOptions('createBoomhauer()', given, OPTIONS)
  const root = folder(resolve(options.root ?? '.'))
  const { port = 3000, typecheck = 'notice', graceMs = 250, bootTimeoutMs = 30_000 } = options
  const pollMs = options.poll === true ? DEFAULT_POLL_MS : options.poll || undefined
  return {
    root,
    entry: options.entry,
    env: options.env ?? (process.env.ARLEN_ENV || process.env.NODE_ENV || 'development'),
    host: options.host ?? '127.0.0.1',
    port,
    allowedHosts: options.allowedHosts ?? [],
    watch: options.watch === false ? false : Array.isArray(options.watch) ? options.watch : [],
    pollMs,
    ignore: options.ignore ?? [],
    typecheck,
    templates: options.templates,
    editor: options.editor ?? editorOf(process.env),
    nodeArgs: options.nodeArgs ?? [],
    appOutput: options.appOutput ?? 'stdout',
    preload: options.preload ?? ['arlen'],
    actions: options.actions ?? {},
    graceMs,
    bootTimeoutMs,
  }
}

function folder(path: string): string {
  try {
    return realpathSync(path)
  } catch (cause) {
    throw boomhauerError('root_missing', { path }, { cause })
  }
}

/**
 * Finds the application's module. Called for each build, since the file may appear and disappear.
 *
 * @throws ArlenError `entry_missing`
 */
export function findEntry(settings: Pick<Settings, 'root' | 'entry'>): string {
  const names = settings.entry === undefined ? ENTRIES : [settings.entry]
  const found = names.map(name => resolve(settings.root, name)).find(file => existsSync(file))
  if (found) return found
  throw boomhauerError('entry_missing', { root: settings.root, names: names.join(' or ') })
}

/** The editor, detected from environment variables, including those of its terminal. */
function editorOf(env: NodeJS.ProcessEnv): string | undefined {
  const named = env.BOOMHAUER_EDITOR
  if (named) return named
  if (env.TERM_PROGRAM === 'vscode') return env.CURSOR_TRACE_ID ? 'cursor' : 'vscode'
  if (env.ZED_TERM) return 'zed'
  if (env.TERMINAL_EMULATOR === 'JetBrains-JediTerm') return 'webstorm'
  return undefined
}
