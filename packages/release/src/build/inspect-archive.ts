import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdDecompress } from 'node:zlib'
import { Parser, type ReadEntry } from 'tar'
import { releaseError } from '../errors.ts'
import { leadsOutside } from '../manifest/leads-outside.ts'
import { MANIFEST, RELEASE_ID } from '../manifest/manifest.ts'

/** What is known of an archive without unpacking it. */
export interface ArchiveFacts {
  /** The id of its release, whatever the file is called. */
  id: string
  /** The SHA-256 of its manifest, in hexadecimal. */
  manifestSha256: string
}

/**
 * Reads an archive to its end: one release, whole, and nothing that a program which unpacks it would put elsewhere.
 *
 * @throws archive_missing, archive_invalid
 */
export async function inspectArchive(file: string): Promise<ArchiveFacts> {
  if (!existsSync(file)) throw releaseError('archive_missing', { file })
  const folders = new Set<string>()
  let manifestSha256: string | undefined
  const refuse = (reason: string) => releaseError('archive_invalid', { file, reason })
  const inspect = (entry: ReadEntry) => {
    const [folder = '', ...below] = entry.path.replace(/\/$/, '').split('/')
    const path = below.join('/')
    const isOwn = /^(?:File|Directory|SymbolicLink)$/.test(entry.type) && !below.includes('..')
    if (!RELEASE_ID.test(folder)) throw refuse(`${entry.path} is not in the folder of a release`)
    if (!isOwn || (entry.linkpath && leadsOutside(path, entry.linkpath))) throw refuse(`${entry.path} leads out of it`)
    folders.add(folder)
    if (path !== MANIFEST) return entry.resume()
    const digest = createHash('sha256')
    return entry
      .on('data', chunk => digest.update(chunk))
      .on('end', () => {
        manifestSha256 = digest.digest('hex')
      })
  }
  let problem: Error | undefined
  const parser = new Parser({
    strict: true,
    onReadEntry: entry => {
      try {
        inspect(entry)
      } catch (error) {
        problem ??= error as Error
        entry.resume()
      }
    },
  })
  const sink = new Writable({
    write: (chunk: Buffer, _, done) => {
      parser.write(chunk)
      done(problem)
    },
    final: done => {
      parser.end()
      done(problem)
    },
  })
  parser.on('error', (error: Error) => {
    problem ??= error
  })
  try {
    await pipeline(createReadStream(file), createZstdDecompress(), sink)
  } catch (cause) {
    if (cause === problem && (cause as { code?: string }).code === 'archive_invalid') throw cause
    throw releaseError('archive_invalid', { file, reason: (cause as Error).message }, { cause })
  }
  const [id] = folders
  if (id === undefined || folders.size > 1 || manifestSha256 === undefined) throw refuse('it is not one release')
  return { id, manifestSha256 }
}
