import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getCallSites } from 'node:util'

/**
 * The folder of the application whose module calls into a package: the nearest folder with a package.json above the
 * first calling file that is not below `own`, else that file's folder.
 */
export function callerFolder(own: string): string {
  // As loaded, not as written: a source map would name files of the package that are not below `own`.
  for (const { scriptName } of getCallSites(20, { sourceMap: false })) {
    const file = scriptName.startsWith('file:') ? fileURLToPath(scriptName) : scriptName
    if (!file.startsWith('/') && !/^[A-Za-z]:\\/.test(file)) continue
    if (file.startsWith(own)) continue
    return packageFolder(dirname(file))
  }
  return process.cwd()
}

function packageFolder(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at
    if (dirname(at) === at) return folder
  }
}
