import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { listFiles } from '../manifest/list-files.ts'

const TEXT = new Set(
  '.css .csv .eot .html .ico .js .json .map .md .mjs .otf .rss .svg .ttf .txt .wasm .webmanifest .xml'.split(' '),
)
/** Smaller files fit into one packet anyway. */
const MIN_BYTES = 1024
/** A variant that saves less is not worth a file. */
const MAX_SHARE = 0.95

const CODINGS: readonly [suffix: string, compress: (content: Buffer) => Promise<Buffer>][] = [
  ['.br', content => brotli(content, { params: { [zlib.constants.BROTLI_PARAM_SIZE_HINT]: content.length } })],
  ['.zst', content => zstd(content, { params: { [zlib.constants.ZSTD_c_compressionLevel]: 19 } })],
  ['.gz', content => gzip(content, { level: 9 })],
]
const brotli = promisify(zlib.brotliCompress)
const zstd = promisify(zlib.zstdCompress)
const gzip = promisify(zlib.gzip)

/** Writes `x.br`, `x.zst` and `x.gz` next to every file of a folder that becomes smaller. `serveStatic()` serves them. */
export async function compressAssets(dir: string): Promise<void> {
  if (!existsSync(dir)) return
  for (const path of listFiles(dir)) {
    if (!TEXT.has(extname(path).toLowerCase())) continue
    const content = await readFile(join(dir, path))
    if (content.length < MIN_BYTES) continue
    await Promise.all(
      CODINGS.map(async ([suffix, compress]) => {
        const file = join(dir, path + suffix)
        if (existsSync(file)) return // the application has its own
        const compressed = await compress(content)
        if (compressed.length < content.length * MAX_SHARE) await writeFile(file, compressed)
      }),
    )
  }
}
