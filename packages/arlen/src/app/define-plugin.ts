import type { App } from './app.ts'
import type * as plugin from './plugins.ts'

/** What a plugin can extend. */
export type PluginApi = plugin.PluginApi<App>

/** A part of an application that can be registered in any application. */
export type Plugin<Options = undefined> = plugin.Plugin<App, Options>

/** Types a plugin and returns it unchanged. */
export function definePlugin<Options = undefined>(plugin: Plugin<Options>): Plugin<Options> {
  return plugin
}
