import path from 'node:path'

/**
 * The title of a process in `ps` and `top`. Linux cuts it to the length of the original command line, so the distinguishing
 * part comes first.
 */
export function primaryTitle(app: string): string {
  return `propane: ${nameOf(app)} primary`
}

export function workerTitle(app: string, slot: number, generation: number): string {
  return `propane: ${nameOf(app)} worker ${slot}, generation ${generation}`
}

/** The module with its folder, such as `shop/app.js`, because many modules have the same name. */
function nameOf(app: string): string {
  return path.join(path.basename(path.dirname(app)), path.basename(app))
}
