import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CallSite, packageFolders } from '@arlen/core/call-site'

const OWN = packageFolders(import.meta.url)
const FRAMES = 20

/**
 * The folder of the application whose module calls this package: the nearest folder with a package.json above the first
 * calling file that is not this package's own, else that file's folder.
 *
 * @param above - the function that the application calls
 */
export function callerFolder(above: (...args: never[]) => unknown): string {
  const location = new CallSite(above, FRAMES).location(OWN)
  return location === undefined ? process.cwd() : packageFolder(dirname(location.file))
}

function packageFolder(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at
    if (dirname(at) === at) return folder
  }
}
