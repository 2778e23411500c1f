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
  /** The logger of the application, or of the group that the plugin was mounted in. */
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

  /** @throws ArlenError `plugin_invalid`, `plugin_duplicate`, `plugin_missing`, `plugin_mounted` */
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
      plugin.setUp(
        { app, routes: app as unknown as Routes<string>, use: (...middleware) => void app.use(...middleware) },
        options,
      )
      return
    }
    const { prefix, ...group } = mount
    const use = () => {
      throw appError('plugin_mounted', { name, prefix })
    }
    app.group(prefix, group, routes => plugin.setUp({ app, routes: routes as unknown as Routes<string>, use }, options))
  }
}
