import { realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Handler, Middleware } from '@arlen/core'
import { negotiateCoding } from '../answer/negotiation.ts'
import type { Reply } from '../answer/reply.ts'
import type { Context } from '../context.ts'
import { httpError } from '../errors.ts'
import { FileCache, type ServedFile } from './file-cache.ts'
import { openEntry, openVariants } from './file-entry.ts'
import { fileReply } from './file-reply.ts'
import { safePath } from './safe-path.ts'

export interface StaticOptions {
  /** The path below which the files are found. Default `/`. */
  prefix?: string
  /** How long a client may use a file without asking again, in seconds. Default 0: it asks each time, and gets 304. */
  maxAgeSeconds?: number
  /** Files whose name changes with their content: kept for a year and never asked for again. Default: none. */
  immutable?: RegExp
  /** The file that stands for a folder, such as `index.html`. Default: none. */
  index?: string
  /** Serve `x.br`, `x.zst` and `x.gz` that stand beside `x` to those who take them. Default true. */
  precompressed?: boolean
  /** Memory for files, in bytes. Default 16 MiB; 0 keeps none. */
  cacheBytes?: number
  /** Files up to this size are kept in memory, in bytes. Default 256 KiB. */
  cacheFileBytes?: number
  /** How long a file in memory is served before it is looked at again, in milliseconds. Default 250. */
  checkMs?: number
}

const YEAR = 31_536_000

/**
 * Serves the files of a folder, and hands what is none to the handler it wraps. GET and HEAD alone; no dotfiles, no
 * symbolic links that leave the folder, no path that could be read in two ways.
 *
 * @throws static_folder_missing where the folder does not exist
 */
export function serveStatic(dir: string, options: StaticOptions = {}): Middleware<Context> {
  const root = rootOf(dir)
  const prefix = `/${(options.prefix ?? '').replace(/^\/+|\/+$/g, '')}`.replace(/^\/$/, '')
  const { index, immutable, precompressed = true } = options
  const keepBytes = options.cacheFileBytes ?? 256 * 1024
  const cache = new FileCache(options.cacheBytes ?? 16 * 1024 * 1024, options.checkMs ?? 250)
  const maxAge = options.maxAgeSeconds ?? 0
  const usual = maxAge > 0 ? `public, max-age=${maxAge}` : 'public, no-cache'
  const forever = `public, max-age=${YEAR}, immutable`

  const load = async (path: string): Promise<ServedFile | undefined> => {
    const file = join(root, path)
    const entry = await openEntry(root, file, keepBytes)
    if (!entry) return undefined
    const served = { entry, variants: precompressed ? await openVariants(root, file, keepBytes) : [] }
    cache.set(path, served)
    return served
  }

  const answer = (c: Context, path: string, file: ServedFile): Reply => {
    const { entry, variants } = file
    const varies = variants.length > 0
    const codings = c.req.header('range') === undefined ? variants.map(variant => variant.coding!) : []
    const coding = varies ? negotiateCoding(c.req.header('accept-encoding'), codings) : 'identity'
    const chosen = variants.find(variant => variant.coding === coding) ?? entry
    return fileReply(c.req, chosen, immutable?.test(path) ? forever : usual, varies)
  }

  return (next: Handler<Context>) => c => {
    const { method, path } = c.req
    if ((method !== 'GET' && method !== 'HEAD') || !isBelow(path, prefix)) return next(c)
    let name = safePath(path.slice(prefix.length))
    if (name === undefined) return next(c)
    if (name === '' || name.endsWith('/')) {
      if (index === undefined) return next(c)
      name += index
    }
    const cached = cache.get(name)
    if (cached !== undefined) return answer(c, name, cached)
    const wanted = name
    return load(wanted).then(file => (file === undefined ? next(c) : answer(c, wanted, file)))
  }
}

function rootOf(dir: string): string {
  const stat = statSync(dir, { throwIfNoEntry: false })
  if (!stat?.isDirectory()) throw httpError('static_folder_missing', { dir: resolve(dir) })
  return realpathSync(dir)
}

function isBelow(path: string, prefix: string): boolean {
  return prefix === '' || (path.startsWith(prefix) && path[prefix.length] === '/')
}
