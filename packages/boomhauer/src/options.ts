import { existsSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { boomhauerError } from './errors.ts'

export interface BoomhauerOptions {
  /** The application's folder. Default: the working folder. */
  root?: string
  /** The module, from the root, whose default export is the application. Default: the first of {@link ENTRIES}. */
  entry?: string
  /** `ARLEN_ENV` and `NODE_ENV` of the application, unless the environment has them already. Default `development`. */
  env?: string
  /** Default `127.0.0.1`. */
  host?: string
  /** 0 lets the system choose. Default 3000. */
  port?: number
  /** Further host names to answer for; `.example.test` stands for all below it. */
  allowedHosts?: readonly string[]
  /** Rebuild when files change. Default true. */
  watch?: boolean
  /** Look for changes by reading the tree again and again: true, or how often in milliseconds (300). */
  poll?: boolean | number
  /** Globs, from the root, of files whose changes mean nothing. */
  ignore?: readonly string[]
  /** Type errors are a notice beside the running application, or take its place. Default `notice`. */
  typecheck?: 'notice' | 'block' | 'off'
  /** The folder of templates, from the root, where there is one. Default `templates`. */
  templates?: string
  /** The editor that links open: `vscode`, `cursor`, `zed`, `webstorm`, … or a link with `{file}`, `{line}`, `{column}`. */
  editor?: string
  /** Arguments for Node.js itself in the application's process. */
  nodeArgs?: readonly string[]
  /** Modules that a waiting process loads ahead, where the application has them. They must be free of side effects. */
  preload?: readonly string[]
  /** Commands that buttons on failure pages run in the root, by the name of the diagnostic's action. */
  actions?: Readonly<Record<string, readonly string[]>>
  /** How long requests in flight may still take when the application is replaced, in milliseconds. Default 250. */
  graceMs?: number
  /** How long an application may take to start, in milliseconds. Default 30,000. */
  bootTimeoutMs?: number
}

export interface Settings extends Required<Omit<BoomhauerOptions, 'editor' | 'entry' | 'poll'>> {
  /** Absolute, symbolic links resolved. */
  root: string
  /** From the root; undefined while there is none. */
  entry: string | undefined
  editor: string | undefined
  /** Milliseconds between two looks, or undefined for the system's own notifications. */
  pollMs: number | undefined
}

/** Where an application's module is looked for, TypeScript first since that is what is edited. */
export const ENTRIES: readonly string[] = ['app.ts', 'app.js', 'src/app.ts', 'src/app.js']

const DEFAULT_POLL_MS = 300

const OPTIONS: OptionTable<BoomhauerOptions> = {
  root: option.text,
  entry: option.text,
  env: option.text,
  host: option.text,
  port: option.integer(0, 65_535),
  allowedHosts: option.listOf(option.text),
  watch: option.boolean,
  poll: option.either(option.boolean, option.durationMs(20)),
  ignore: option.listOf(option.string),
  typecheck: option.oneOf('notice', 'block', 'off'),
  templates: option.text,
  editor: option.string,
  nodeArgs: option.listOf(option.string),
  preload: option.listOf(option.string),
  actions: option.recordOf(option.listOf(option.string)),
  graceMs: option.durationMs(),
  bootTimeoutMs: option.durationMs(1),
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`, `no_root`
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
    watch: options.watch ?? true,
    pollMs,
    ignore: options.ignore ?? [],
    typecheck,
    templates: options.templates ?? 'templates',
    editor: options.editor ?? editorOf(process.env),
    nodeArgs: options.nodeArgs ?? [],
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
    throw boomhauerError('no_root', { path }, { cause })
  }
}

/**
 * The application's module, looked for anew with each build since it may come and go.
 *
 * @throws ArlenError `no_entry`
 */
export function findEntry(settings: Pick<Settings, 'root' | 'entry'>): string {
  const names = settings.entry === undefined ? ENTRIES : [settings.entry]
  const found = names.map(name => resolve(settings.root, name)).find(file => existsSync(file))
  if (found) return found
  throw boomhauerError('no_entry', { root: settings.root, names: names.join(' or ') })
}

/** The editor that the terminal of an editor, or the person, has announced. */
function editorOf(env: NodeJS.ProcessEnv): string | undefined {
  const named = env.BOOMHAUER_EDITOR
  if (named) return named
  if (env.TERM_PROGRAM === 'vscode') return env.CURSOR_TRACE_ID ? 'cursor' : 'vscode'
  if (env.ZED_TERM) return 'zed'
  if (env.TERMINAL_EMULATOR === 'JetBrains-JediTerm') return 'webstorm'
  return undefined
}

/** A file inside the root, for reading settings of the application such as `.env`. */
export function inRoot(settings: Pick<Settings, 'root'>, ...names: string[]): string {
  return join(settings.root, ...names)
}
