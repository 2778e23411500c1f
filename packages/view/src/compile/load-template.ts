import { debuglog } from 'node:util'
import type { TemplateModule } from '../types.ts'
import type { CompiledTemplate } from './compile-template.ts'
import { loadModule } from './module-loader.ts'
import { syntaxError } from './syntax-error.ts'

// NODE_DEBUG=arlen:view prints the generated modules.
const debug = debuglog('arlen:view')

/** Loads a compiled template as the module with this URL. */
export function loadTemplate(url: string, compiled: CompiledTemplate, name: string): TemplateModule {
  const { code, map } = compiled
  debug('%s\n%s', url, code)
  const encoded = Buffer.from(JSON.stringify(map)).toString('base64')
  try {
    return loadModule(url, `${code}//# sourceMappingURL=data:application/json;base64,${encoded}\n`) as TemplateModule
  } catch (error) {
    throw (error instanceof SyntaxError && syntaxError(error, name, compiled)) || error
  }
}
