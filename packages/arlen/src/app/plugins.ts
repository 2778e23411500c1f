import type { Middleware } from '@arlen/core'
import type { Context } from '@arlen/http'
import { appError } from '../errors.ts'
import type { GroupOptions } from '../routing/route-options.ts'
import type { Routes } from '../routing/routes.ts'

/** What an application needs to accept plugins. */
export interface PluginHost extends Pick<Routes, 'group'> {
  use(...middleware: Middleware<Context>[]): unknown
}

/** What a plugin can extend. */
export interface PluginApi<App> {
  readonly app: App
  /** The routes of the application, or of the group that the plugin was mounted in. */
  readonly routes: Routes<string>
  /** Wraps every request of the application; a mounted plugin wraps its own routes with `routes.group`. */
  use(...middleware: Middleware<Context>[]): void
}

/** A part of an application that can be registered in any application. */
export interface Plugin<App, Options> {
  /** Unique in an application. */
  readonly name: string
  /** Names of plugins that must be registered before it. */
  readonly needs?: readonly string[]
  /** Registers routes and middleware. Must not be asynchronous: what has to wait belongs in `app.onStart()`. */
  setUp(api: PluginApi<App>, options: Options): void
}

/** Mounts a plugin below a prefix, with the options of a group. */
export interface Mount extends GroupOptions {
  prefix: string
}

/** The plugins of one application. */
export class Plugins<App extends PluginHost> {
  readonly #app: App
  readonly #names = new Set<string>()

  constructor(app: App) {
    this.#app = app
  }

  /** @throws ArlenError `plugin_invalid`, `plugin_async`, `plugin_duplicate`, `plugin_missing`, `plugin_mounted` */
  register<Options>(plugin: Plugin<App, Options>, options: Options, mount: Mount | undefined): void {
    const { name, needs = [] } = plugin
    if (typeof name !== 'string' || typeof plugin.setUp !== 'function') {
      throw appError('plugin_invalid', { name: String(name) })
    }
    if (this.#names.has(name)) throw appError('plugin_duplicate', { name })
    const missing = needs.filter(need => !this.#names.has(need))
    if (missing.length > 0) throw appError('plugin_missing', { name, missing: missing.join(', ') })
    this.#names.add(name)
    const app = this.#app
    if (mount === undefined) {
      const use = (...middleware: Middleware<Context>[]) => void app.use(...middleware)
      setUp(plugin, { app, routes: app as unknown as Routes<string>, use }, options)
      return
    }
    const { prefix, ...group } = mount
    const use = () => {
      throw appError('plugin_mounted', { name, prefix })
    }
    app.group(prefix, group, routes =>
      setUp(plugin, { app, routes: routes as unknown as Routes<string>, use }, options),
    )
  }
}

/** What an asynchronous function registers after its first `await` would come too late, and nobody would see it fail. */
function setUp<App, Options>(plugin: Plugin<App, Options>, api: PluginApi<App>, options: Options): void {
  const result: unknown = plugin.setUp(api, options)
  if (!(result instanceof Promise)) return
  result.catch(() => undefined) // this error is the one to report
  throw appError('plugin_async', { name: plugin.name })
}
