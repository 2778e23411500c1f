import path from 'node:path'

/**
 * The title of a process in `ps` and `top`. Linux cuts it to the length of the original command line, so what tells processes
 * apart comes first.
 */
export function primaryTitle(app: string): string {
  return `propane: ${nameOf(app)} primary`
}

export function workerTitle(app: string, slot: number, generation: number): string {
  return `propane: ${nameOf(app)} worker ${slot}, generation ${generation}`
}

/** The module with its folder, such as `shop/app.js`: many modules are called the same. */
function nameOf(app: string): string {
  return path.join(path.basename(path.dirname(app)), path.basename(app))
}
