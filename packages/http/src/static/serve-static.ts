import { join } from 'node:path'
import type { Handler, Middleware } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { Context } from '../context.ts'
import { negotiateCoding } from '../response/negotiation.ts'
import { Reply } from '../response/reply.ts'
import { typesByName } from './content-type.ts'
import { FileCache, type ServedFile } from './file-cache.ts'
import { type FileSource, openEntry, openVariants } from './file-entry.ts'
import { fileReply } from './file-reply.ts'
import { safePath } from './safe-path.ts'
import { rootOf } from './static-root.ts'

/** Options of {@link serveStatic}. */
export interface StaticOptions {
  /** The URL path of the folder. Default `/`. */
  prefix?: string
  /**
   * How long clients may reuse a file without revalidating, in seconds. Default 0: they revalidate each time, and get 304.
   */
  maxAgeSeconds?: number
  /** Files whose names change with their content: cached for a year without revalidation. Default: none. */
  immutable?: RegExp
  /**
   * The file that is served for a folder, such as `index.html`; a path without the trailing slash is redirected. Default:
   * none.
   */
  index?: string
  /** Content-Types by extension, in addition to the usual ones or instead of them: `{ log: 'text/plain' }`. */
  types?: Readonly<Record<string, string>>
  /** Serves `x.br`, `x.zst` and `x.gz` next to `x` to clients that accept them. Default true. */
  precompressed?: boolean
  /** Memory for cached files, in bytes. Default 16 MiB; 0 turns caching off. */
  cacheBytes?: number
  /** Files up to this size are cached in memory, in bytes. Default 256 KiB. */
  cacheFileBytes?: number
  /** How long a cached file is served before it is checked again, in milliseconds. Default 250. */
  checkMs?: number
}

const OPTIONS: OptionTable<StaticOptions> = {
  prefix: option.string,
  maxAgeSeconds: option.number(0),
  immutable: option.instanceOf(RegExp, 'a regular expression'),
  index: option.string,
  types: option.object,
  precompressed: option.boolean,
  cacheBytes: option.number(0),
  cacheFileBytes: option.number(0),
  checkMs: option.durationMs(),
}

const YEAR = 31_536_000

/**
 * Serves the files of a folder, and passes other requests to the handler it wraps. GET and HEAD only; no dotfiles, no
 * symbolic links that leave the folder, no ambiguous paths.
 *
 * @throws static_folder_missing if the folder does not exist; option_invalid for invalid `types`
 */
export function serveStatic(dir: string, given: StaticOptions = {}): Middleware<Context> {
  const options = readOptions('serveStatic()', given, OPTIONS)
  const root = rootOf(dir)
  const prefix = (options.prefix ?? '')
    .split('/')
    .map(part => part && `/${part}`)
    .join('')
  const { index, immutable, precompressed = true } = options
  const source: FileSource = {
    root,
    keepBytes: options.cacheFileBytes ?? 256 * 1024,
    typeOf: typesByName(options.types),
  }
  const cache = new FileCache(options.cacheBytes ?? 16 * 1024 * 1024, options.checkMs ?? 250)
  const maxAge = options.maxAgeSeconds ?? 0
  const usual = maxAge > 0 ? `public, max-age=${maxAge}` : 'public, no-cache'
  const forever = `public, max-age=${YEAR}, immutable`

  const load = async (path: string): Promise<ServedFile | undefined> => {
    const file = join(root, path)
    const entry = await openEntry(source, file)
    if (!entry) return undefined
    const served = { entry, variants: precompressed ? await openVariants(source, file) : [] }
    cache.set(path, served)
    return served
  }

  const answer = (c: Context, path: string, file: ServedFile): Reply | Promise<Reply | undefined> => {
    const { entry, variants } = file
    const varies = variants.length > 0
    const codings = c.req.header('range') === undefined ? variants.map(variant => variant.coding!) : []
    const coding = varies ? negotiateCoding(c.req.header('accept-encoding'), codings) : 'identity'
    const chosen = variants.find(variant => variant.coding === coding) ?? entry
    return fileReply(c.req, chosen, immutable?.test(path) ? forever : usual, varies)
  }

  /** The response for a file that is not cached, or whose cached state is outdated. */
  const find = async (c: Context, name: string): Promise<Reply | undefined> => {
    cache.delete(name)
    const file = await load(name)
    if (file !== undefined) return answer(c, name, file)
    if (index === undefined || name.endsWith('/')) return undefined
    const isFolder = (await openEntry({ ...source, keepBytes: -1 }, join(root, name, index))) !== undefined
    return isFolder ? toFolder(c, usual) : undefined
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
    if (cached === undefined) return find(c, name).then(reply => reply ?? next(c))
    const reply = answer(c, name, cached)
    if (reply instanceof Reply) return reply
    const wanted = name
    return reply.then(current => current ?? find(c, wanted)).then(current => current ?? next(c))
  }
}

/** Redirects to the folder's path with a slash, so that relative links in its index resolve below it. */
function toFolder(c: Context, cacheControl: string): Reply {
  const { path, rawQuery } = c.req
  const reply = c.redirect(rawQuery === '' ? `${path}/` : `${path}/?${rawQuery}`, 301)
  reply.headers.set('Cache-Control', cacheControl)
  return reply
}

function isBelow(path: string, prefix: string): boolean {
  return prefix === '' || (path.startsWith(prefix) && path[prefix.length] === '/')
}
