import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { viewError } from '../errors.ts'
import { isTemplateName } from '../template-name.ts'

/** Options of {@link assetUrls}. */
export interface AssetOptions {
  /** The folder of the files. */
  dir: string
  /** The path at which it is served. Default `/`. */
  base?: string
  /** Whether files may change while the program runs. Default: true unless `NODE_ENV` is `production`. */
  reload?: boolean
}

const OPTIONS: OptionTable<AssetOptions> = {
  dir: option.required(option.text),
  base: option.text,
  reload: option.boolean,
}

/**
 * Creates the helper `assetUrl`: `assetUrl('css/shop.css')` returns `/css/shop.css?v=` and a hash of the content, so that
 * the response may be cached forever.
 *
 * @throws asset_missing, from the helper, if the folder has no such file
 */
export function assetUrls(options: AssetOptions): (path: string) => string {
  const {
    dir,
    base = '/',
    reload = process.env.NODE_ENV !== 'production',
  } = readOptions('assetUrls()', options, OPTIONS)
  const prefix = base.endsWith('/') ? base : `${base}/`
  const known = new Map<string, { stamp: string; url: string }>()
  return path => {
    const before = known.get(path)
    if (before && !reload) return before.url
    try {
      if (!isTemplateName(path)) throw viewError('asset_missing', { path, dir })
      const { mtimeMs, size } = statSync(join(dir, path))
      const stamp = `${mtimeMs}:${size}`
      if (before?.stamp === stamp) return before.url
      const hash = createHash('sha256')
        .update(readFileSync(join(dir, path)))
        .digest('base64url')
        .slice(0, 12)
      const url = `${prefix}${path.split('/').map(encodeURIComponent).join('/')}?v=${hash}`
      known.set(path, { stamp, url })
      return url
    } catch (cause) {
      throw viewError('asset_missing', { path, dir }, { cause })
    }
  }
}
